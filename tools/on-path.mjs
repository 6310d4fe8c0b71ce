// Whether a program can be started by its name.
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** `path` is a PATH as the environment has it. */
export function isOnPath(program, path) {
  return (path ?? "").split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
