// The rules of tidiness that need to read code as code: sizes, names, and what may be used where.
import ts from "typescript";

const MAX_FUNCTION_LINES = 60;
const MAX_PARAMETERS = 3;
const BANNED_WORDS = new Set(["manager", "helper", "helpers", "util", "utils"]);
/** Fine as part of a name, empty as all of it. */
const BANNED_NAMES = new Set(["data", "common"]);
const PURE = /^src\/((base|protocol|model|engine|lab)\/|media\/media-plane\.ts$)/;
const TEST = /^test\/|\.(test|contract)\.ts$/;
const TIMERS = new Set(["setTimeout", "setInterval", "setImmediate"]);
const CLOCKS = new Set(["Date.now", "performance.now"]);
const LEFT_OUT = /^(it|test|describe)\.(skip|only|todo)$/;

interface Place {
  readonly source: ts.SourceFile;
  readonly path: string;
  readonly isTest: boolean;
}

/** Complaints about the code of one file. */
export function measureCode(source: ts.SourceFile, path: string): string[] {
  const place: Place = { source, path, isTest: TEST.test(path) };
  const complaints: string[] = [];
  const visit = (node: ts.Node): void => {
    for (const complaint of complaintsOfNode(node, place)) {
      const { line } = source.getLineAndCharacterOfPosition(node.getStart(source));
      complaints.push(`${path}:${line + 1}: ${complaint}`);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return complaints;
}

function complaintsOfNode(node: ts.Node, place: Place): string[] {
  const complaints = [...complaintsOfDeclaration(node), ...complaintsOfUse(node, place)];
  if (isFunctionWithBody(node)) complaints.push(...complaintsOfFunction(node, place));
  if (node.kind === ts.SyntaxKind.AnyKeyword) complaints.push("uses any");
  if (ts.isHeritageClause(node) && node.token === ts.SyntaxKind.ExtendsKeyword && ts.isClassLike(node.parent)) {
    const parent = node.types[0]?.expression.getText(place.source) ?? "";
    if (!parent.endsWith("Error")) complaints.push(`inherits from ${parent}; only errors inherit`);
  }
  return complaints;
}

function isFunctionWithBody(node: ts.Node): node is ts.FunctionLikeDeclaration {
  return ts.isFunctionLike(node) && "body" in node && node.body !== undefined;
}

function complaintsOfFunction(node: ts.FunctionLikeDeclaration, { source, isTest }: Place): string[] {
  const complaints: string[] = [];
  const from = source.getLineAndCharacterOfPosition(node.getStart(source)).line;
  const lines = source.getLineAndCharacterOfPosition(node.end).line - from + 1;
  if (lines > MAX_FUNCTION_LINES && !(isTest && isSuite(node, source))) {
    complaints.push(`a function of ${lines} lines, at most ${MAX_FUNCTION_LINES}`);
  }
  // A row of test.each is as long as it is.
  if (node.parameters.length > MAX_PARAMETERS && !isTest) {
    complaints.push(
      `a function of ${node.parameters.length} parameters, at most ${MAX_PARAMETERS}, then an options object`,
    );
  }
  return complaints;
}

/** The function given to `describe`, or one that declares a contract suite: a list of tests, not one piece of logic. */
function isSuite(node: ts.FunctionLikeDeclaration, source: ts.SourceFile): boolean {
  const given = ts.isCallExpression(node.parent) && node.parent.expression.getText(source).startsWith("describe");
  const body = node.body?.getText(source) ?? "";
  return given || /^\s*(test|it|describe)(\.\w+)*\(/m.test(body);
}

function complaintsOfDeclaration(node: ts.Node): string[] {
  const declares =
    ts.isVariableDeclaration(node) ||
    ts.isFunctionDeclaration(node) ||
    ts.isClassDeclaration(node) ||
    ts.isInterfaceDeclaration(node) ||
    ts.isTypeAliasDeclaration(node) ||
    ts.isMethodDeclaration(node) ||
    ts.isParameter(node);
  if (!declares || node.name === undefined || !ts.isIdentifier(node.name)) return [];
  const name = node.name.text;
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(/[\s_]+/);
  const banned = BANNED_NAMES.has(name) ? name : words.find((word) => BANNED_WORDS.has(word));
  return banned === undefined ? [] : [`the name "${name}" says nothing: "${banned}"`];
}

function complaintsOfUse(node: ts.Node, { source, path, isTest }: Place): string[] {
  const complaints: string[] = [];
  const inProduct = path.startsWith("src/") && !isTest;
  if (ts.isPropertyAccessExpression(node)) {
    const used = node.getText(source).replaceAll(/\s/g, "");
    if (LEFT_OUT.test(used)) complaints.push(`${used} leaves tests out`);
    if (CLOCKS.has(used) && inProduct && PURE.test(path)) complaints.push(`${used} in the pure world`);
    if (used === "Math.random") complaints.push("Math.random repeats for nobody and is no secret");
    if (used === "process.env" && inProduct && !path.startsWith("src/runtime/config/")) {
      complaints.push("process.env outside runtime/config");
    }
    if (used.startsWith("console.") && inProduct && !path.startsWith("src/cli/"))
      complaints.push(`${used} outside cli`);
  }
  if (ts.isNewExpression(node) && inProduct && PURE.test(path) && isCurrentDate(node, source)) {
    complaints.push("new Date() reads the clock in the pure world");
  }
  if (ts.isCallExpression(node) && ts.isIdentifier(node.expression) && TIMERS.has(node.expression.text) && inProduct) {
    const allowed = /^src\/((runtime|media\/(relay|rtpengine)|cli|main)\/|main\.ts$)/.test(path);
    if (!allowed) complaints.push(`${node.expression.text} outside runtime`);
  }
  return complaints;
}

function isCurrentDate(node: ts.NewExpression, source: ts.SourceFile): boolean {
  return node.expression.getText(source) === "Date" && (node.arguments?.length ?? 0) === 0;
}
