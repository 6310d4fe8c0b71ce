// For people who run depcruise by hand; `npm run check` uses the same rules.
import { importRules } from "./tools/import-rules.mjs";

export default importRules(import.meta.dirname);
