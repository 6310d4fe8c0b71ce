// The rule of imports of ARCHITECTURE.md, written for dependency-cruiser. tools/gates.mjs runs it, test/gates proves it.
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";

const LAYERS = ["base", "protocol", "model", "engine", "media", "runtime", "api", "cli"];
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

function forbid(name, comment, from, to) {
  return { name, comment, severity: "error", from, to };
}

function orderRules() {
  const comment = `Imports go to the left only: ${LAYERS.join(" < ")} < main.`;
  const order = LAYERS.slice(0, -1).map((layer, index) =>
    forbid(
      `order-${layer}`,
      comment,
      { path: `^src/${layer}/` },
      { path: `^src/(${LAYERS.slice(index + 1).join("|")})/` },
    ),
  );
  const main = forbid(
    "main-is-the-root",
    "src/main.ts is imported by nobody.",
    { path: "^src/" },
    { path: "^src/main[.]ts$" },
  );
  return [...order, main];
}

function doorRules(folder) {
  return [
    forbid(
      `door-${folder}`,
      `From outside, ${folder} is entered through ${folder}/index.ts only.`,
      { path: "^src/", pathNot: `^${folder}/` },
      { path: `^${folder}/`, pathNot: [`^${folder}/index[.]ts$`, "^src/media/media-plane([.]contract)?[.]ts$"] },
    ),
    forbid(
      `own-door-${folder}`,
      `Inside ${folder}, name the file; never go through one's own door.`,
      { path: `^${folder}/` },
      { path: `^${folder}/index[.]ts$` },
    ),
  ];
}

function subOrderRules() {
  const inProtocol = "Inside protocol: {sip, sdp, rtp} < transport < transaction < dialog.";
  const order = ["(sip|sdp|rtp)", "transport", "transaction", "dialog"];
  const protocol = order
    .slice(0, -1)
    .map((folder, index) =>
      forbid(
        `order-in-protocol-${index}`,
        inProtocol,
        { path: `^src/protocol/${folder}/` },
        { path: `^src/protocol/(${order.slice(index + 1).join("|")})/` },
      ),
    );
  return [
    ...protocol,
    forbid(
      "order-in-protocol-siblings",
      "sip, sdp and rtp do not know each other.",
      { path: "^src/protocol/(sip|sdp|rtp)/" },
      { path: "^src/protocol/(sip|sdp|rtp)/", pathNot: "^src/protocol/$1/" },
    ),
    forbid(
      "order-in-engine-call",
      "Inside engine: {admission, routing, registration} < call.",
      { path: "^src/engine/(admission|routing|registration)/" },
      { path: "^src/engine/call/" },
    ),
    forbid(
      "order-in-engine-root",
      "Inside engine: engine.ts comes last; its door alone imports it.",
      { path: "^src/engine/.+/" },
      { path: "^src/engine/engine[.]ts$" },
    ),
  ];
}

function labRules() {
  return [
    forbid(
      "lab-sees",
      "lab sees base, protocol, model, engine and media/media-plane.ts.",
      { path: "^src/lab/" },
      {
        path: "^src/",
        pathNot: ["^src/(base|protocol|model|engine|lab)/", "^src/media/media-plane([.]contract)?[.]ts$"],
      },
    ),
    forbid(
      "lab-is-seen-by",
      "Only cli, main and tests see the lab.",
      { path: "^src/", pathNot: ["^src/(lab|cli)/", "^src/main[.]ts$", TESTS] },
      { path: "^src/lab/" },
    ),
    forbid(
      "media-plane-only-by-lab",
      "media/media-plane.ts is open to media and lab; others come through the door of media.",
      { path: "^src/", pathNot: "^src/(media|lab)/" },
      { path: "^src/media/media-plane([.]contract)?[.]ts$" },
    ),
  ];
}

function pureRules() {
  const from = { path: PURE, pathNot: TESTS };
  return [
    forbid("pure-no-platform", "Pure folders do not see the platform.", from, { dependencyTypes: ["core"] }),
    forbid("pure-no-packages", "Pure folders use no package, but zod in model.", from, {
      path: "node_modules",
      pathNot: "node_modules/zod/",
    }),
    forbid(
      "zod-in-model-only",
      "Schemas belong to model.",
      { path: "^src/(base|protocol|engine|lab)/" },
      { path: "node_modules/zod/" },
    ),
  ];
}

function generalRules() {
  return [
    forbid("no-cycles", "No cycles, type imports included.", {}, { circular: true }),
    forbid("resolvable", "Every import must lead somewhere.", {}, { couldNotResolve: true }),
    forbid(
      "doors-everywhere",
      "A folder without an index.ts is closed to other folders.",
      { path: "^src/([^/]+)/" },
      {
        path: "^src/[^/]+/",
        pathNot: ["^src/$1/", "/index[.]ts$", "^src/media/media-plane([.]contract)?[.]ts$"],
      },
    ),
    forbid(
      "no-tests-from-src",
      "Product code does not import tests.",
      { path: "^src/", pathNot: TESTS },
      { path: ["^(test|bench|tools)/", TESTS] },
    ),
    forbid(
      "no-development-packages",
      "Product code uses dependencies, not devDependencies.",
      { path: "^src/", pathNot: TESTS },
      { dependencyTypes: ["npm-dev"], dependencyTypesNot: ["type-only"] },
    ),
    forbid(
      "no-orphans",
      "A module that nobody needs and that needs nobody is dead.",
      {
        path: "^src/",
        orphan: true,
        pathNot: [TESTS, ENTRIES],
      },
      {},
    ),
  ];
}
