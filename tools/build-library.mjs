// Builds the package that others install: the protocol rooms and the test kit as JavaScript with declarations. In the repository `demarc/sip` is the source
// itself; under node_modules no Node.js reads TypeScript. Runs on Node 20.
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BootstrapError } from "./announce.mjs";
import { ROOT } from "./bootstrap.mjs";
import { runChild } from "./child.mjs";

/** Where `npm run build` puts it. */
export const LIBRARY_FOLDER = join(ROOT, "dist");

/** What the emitted code needs: the language of ES2023, and nothing of the platform but in the test kit. */
const LIBRARY_NODE_RANGE = ">=20";
/** What the test kit needs, and the protocol rooms do not: whoever tests a policy installs them beside it. */
const TEST_KIT_PACKAGES = ["yaml", "zod"];
const SOURCE_DOOR = /^\.\/src\/(.+)\.ts$/;

/**
 * Writes the package into `folder`, which is emptied first, and resolves to the paths of its doors. Throws BootstrapError with what the
 * compiler said when it does not compile.
 */
export async function buildLibrary({ node, env }, folder) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const compiler = join(ROOT, "node_modules", "typescript", "bin", "tsc");
  const args = [compiler, "-p", "tsconfig.library.json", "--outDir", folder, "--pretty", "false"];
  const { code, output } = await runChild(node, args, { cwd: ROOT, env, capture: true });
  if (code !== 0) throw new BootstrapError(`the library does not compile:\n${output.trim()}`);
  for (const path of declarationsIn(folder)) writeFileSync(path, nameEmitted(readFileSync(path, "utf8")));
  const description = packageDescription(JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")));
  writeFileSync(join(folder, "package.json"), `${JSON.stringify(description, null, 2)}\n`);
  copyFileSync(join(ROOT, "LICENSE"), join(folder, "LICENSE"));
  copyFileSync(join(ROOT, "docs", "library.md"), join(folder, "README.md"));
  const doors = Object.values(description.exports).flatMap((door) => Object.values(door));
  const missing = doors.filter((path) => !existsSync(join(folder, path)));
  if (missing.length > 0)
    throw new BootstrapError(`tsconfig.library.json does not name the doors ${missing.join(", ")}`);
  return doors;
}

function declarationsIn(folder) {
  return readdirSync(folder, { recursive: true })
    .filter((path) => path.endsWith(".d.ts"))
    .map((path) => join(folder, path));
}

/** The compiler leaves `.ts` in the declarations' imports, which not every reader of declarations follows. */
function nameEmitted(declaration) {
  return declaration.replaceAll(/(from |import\()"(\.[^"]+)\.ts"/g, '$1"$2.js"');
}

/** The package.json of the package: that of the repository, without its program and its tools; of its dependencies those of the test kit. */
function packageDescription({ name, version, license, exports, dependencies }) {
  const doors = Object.entries(exports).map(([door, source]) => {
    const emitted = source.replace(SOURCE_DOOR, "./$1");
    return [door, { types: `${emitted}.d.ts`, default: `${emitted}.js` }];
  });
  return {
    name,
    version,
    description:
      "SIP and SDP without sockets: messages, transactions, dialogs. The protocol layer of Demarc, and the test kit of its policies.",
    license,
    type: "module",
    sideEffects: false,
    engines: { node: LIBRARY_NODE_RANGE },
    exports: Object.fromEntries(doors),
    peerDependencies: Object.fromEntries(TEST_KIT_PACKAGES.map((needed) => [needed, `^${dependencies[needed]}`])),
    peerDependenciesMeta: Object.fromEntries(TEST_KIT_PACKAGES.map((needed) => [needed, { optional: true }])),
  };
}
