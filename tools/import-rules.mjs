// The rule of imports of ARCHITECTURE.md, written for dependency-cruiser. tools/gates.mjs runs it, test/gates proves it.
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";

const LAYERS = ["base", "protocol", "model", "engine", "media", "runtime", "api", "cli", "main"];
/** Folders of rooms with a door each: they are entered through the door of the room. */
const STREETS = new Set(["src/protocol", "src/runtime"]);
const PURE = "^src/((base|protocol|model|engine|lab)/|media/media-plane[.]ts$)";
const TESTS = "[.](test|contract)[.]ts$";
/** Programs of their own, started by path and imported by nobody. */
const ENTRIES = "^src/(main|.+-(process|worker))[.]ts$";

/** The options of dependency-cruiser for the checkout at `root`. Its doors are the folders under src with an index.ts. */
export function importRules(root) {
  const doors = listDoors(root, "src");
  return {
    forbidden: [
      ...orderRules(),
      ...doors.flatMap(doorRules),
      ...subOrderRules(),
      ...labRules(),
      ...pureRules(),
      ...generalRules(),
    ],
    options: {
      doNotFollow: { path: "node_modules" },
      exclude: { path: "^(native/build|test/gates/fixtures)/" },
      tsPreCompilationDeps: true,
      enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "node", "default", "types"] },
    },
  };
}

function listDoors(root, folder) {
  if (!existsSync(join(root, folder))) return [];
  const own = existsSync(join(root, folder, "index.ts")) ? [folder] : [];
  const inner = readdirSync(join(root, folder), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap((entry) => listDoors(root, `${folder}/${entry.name}`));
  return [...own, ...inner];
}

function forbid(name, comment, { from, to }) {
  return { name, comment, severity: "error", from, to };
}

function orderRules() {
  const comment = `Imports go to the left only: ${LAYERS.join(" < ")}.`;
  const order = LAYERS.slice(0, -1).map((layer, index) =>
    forbid(`order-${layer}`, comment, {
      from: { path: `^src/${layer}/` },
      to: { path: `^src/(${LAYERS.slice(index + 1).join("|")})/` },
    }),
  );
  const main = forbid("main-is-the-root", "src/main.ts is imported by nobody.", {
    from: { path: "^src/" },
    to: { path: "^src/main[.]ts$" },
  });
  return [...order, main];
}

function doorRules(folder) {
  const rooms = STREETS.has(folder) ? [`^${folder}/[^/]+/index[.]ts$`] : [];
  return [
    forbid(`door-${folder}`, `From outside, ${folder} is entered through ${folder}/index.ts only.`, {
      from: { path: "^src/", pathNot: `^${folder}/` },
      to: {
        path: `^${folder}/`,
        pathNot: [`^${folder}/index[.]ts$`, ...rooms, "^src/media/media-plane([.]contract)?[.]ts$"],
      },
    }),
    forbid(`own-door-${folder}`, `Inside ${folder}, name the file; never go through one's own door.`, {
      from: { path: `^${folder}/` },
      to: { path: `^${folder}/index[.]ts$` },
    }),
  ];
}

function subOrderRules() {
  const inProtocol = "Inside protocol: {sip, sdp, rtp} < transport < transaction < dialog.";
  const order = ["(sip|sdp|rtp)", "transport", "transaction", "dialog"];
  const protocol = order.slice(0, -1).map((folder, index) =>
    forbid(`order-in-protocol-${index}`, inProtocol, {
      from: { path: `^src/protocol/${folder}/` },
      to: { path: `^src/protocol/(${order.slice(index + 1).join("|")})/` },
    }),
  );
  return [
    ...protocol,
    forbid("order-in-protocol-siblings", "sip, sdp and rtp do not know each other.", {
      from: { path: "^src/protocol/(sip|sdp|rtp)/" },
      to: { path: "^src/protocol/(sip|sdp|rtp)/", pathNot: "^src/protocol/$1/" },
    }),
    forbid(
      "order-in-engine-call",
      "Inside engine: {admission, credentials, routing, registration, health, interop} < call.",
      {
        from: { path: "^src/engine/(admission|credentials|routing|registration|health|interop)/" },
        to: { path: "^src/engine/call/" },
      },
    ),
    forbid("order-in-engine-root", "Inside engine: engine.ts comes last; its door alone imports it.", {
      from: { path: "^src/engine/.+/" },
      to: { path: "^src/engine/engine[.]ts$" },
    }),
  ];
}

function labRules() {
  return [
    forbid("lab-sees", "lab sees base, protocol, model, engine and media/media-plane.ts.", {
      from: { path: "^src/lab/" },
      to: {
        path: "^src/",
        pathNot: ["^src/(base|protocol|model|engine|lab)/", "^src/media/media-plane([.]contract)?[.]ts$"],
      },
    }),
    forbid("lab-is-seen-by", "Only main, the test kit and tests see the lab.", {
      from: { path: "^src/", pathNot: ["^src/(lab|main|testing)/", "^src/main[.]ts$", TESTS] },
      to: { path: "^src/lab/" },
    }),
    forbid("testing-sees", "testing sees what the lab sees, the lab, and the room of the policy.", {
      from: { path: "^src/testing/", pathNot: TESTS },
      to: { path: "^src/", pathNot: ["^src/(base|protocol|model|engine|lab|testing)/", "^src/runtime/policy/"] },
    }),
    forbid("testing-is-a-door", "The test kit is for others: nothing of the product needs it.", {
      from: { path: "^src/", pathNot: "^src/testing/" },
      to: { path: "^src/testing/" },
    }),
    forbid(
      "media-plane-only-by-lab",
      "media/media-plane.ts is open to media and lab; others come through the door of media.",
      {
        from: { path: "^src/", pathNot: "^src/(media|lab)/" },
        to: { path: "^src/media/media-plane([.]contract)?[.]ts$" },
      },
    ),
  ];
}

function pureRules() {
  const from = { path: PURE, pathNot: TESTS };
  return [
    forbid("pure-no-platform", "Pure folders do not see the platform.", { from, to: { dependencyTypes: ["core"] } }),
    forbid("pure-no-packages", "Pure folders use no package, but zod in model.", {
      from,
      to: {
        path: "node_modules",
        pathNot: "node_modules/zod/",
      },
    }),
    forbid("zod-in-model-only", "Schemas belong to model.", {
      from: { path: "^src/(base|protocol|engine|lab)/" },
      to: { path: "node_modules/zod/" },
    }),
  ];
}

function generalRules() {
  return [
    forbid("no-cycles", "No cycles, type imports included.", { from: {}, to: { circular: true } }),
    forbid("resolvable", "Every import must lead somewhere.", { from: {}, to: { couldNotResolve: true } }),
    forbid("doors-everywhere", "A folder without an index.ts is closed to other folders.", {
      from: { path: "^src/([^/]+)/" },
      to: {
        path: "^src/[^/]+/",
        pathNot: ["^src/$1/", "/index[.]ts$", "^src/media/media-plane([.]contract)?[.]ts$"],
      },
    }),
    forbid("no-tests-from-src", "Product code does not import tests.", {
      from: { path: "^src/", pathNot: TESTS },
      to: { path: ["^(test|bench|tools)/", TESTS] },
    }),
    forbid("no-development-packages", "Product code uses dependencies, not devDependencies.", {
      from: { path: "^src/", pathNot: TESTS },
      to: { dependencyTypes: ["npm-dev"], dependencyTypesNot: ["type-only"] },
    }),
    forbid("no-orphans", "A module that nobody needs and that needs nobody is dead.", {
      from: {
        path: "^src/",
        orphan: true,
        pathNot: [TESTS, ENTRIES],
      },
      to: {},
    }),
  ];
}
