// Which of the real programs are there. Tests that need a missing one are skipped, and say which by their name.
import { spawnSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

type ProgramName = "sipp" | "baresip" | "tshark" | "kamailio" | "linphone-daemon" | "rtpengine";

/** Why tests with these programs cannot run here; null when they can. */
export function whyNot(...programs: readonly ProgramName[]): string | null {
  const missing = programs.filter((program) => !isOnPath(program));
  if (missing.length > 0) return `skipped, not installed: ${missing.join(", ")}`;
  if (programs.some((program) => program === "tshark" && !mayCapture(program)))
    return "skipped, no right to capture packets on lo";
  return null;
}

/** Where programs are looked for: Debian keeps servers where users do not look. */
export const PROGRAM_PATH = [process.env.PATH ?? "", "/usr/sbin"].join(delimiter);

function isOnPath(program: string): boolean {
  return PROGRAM_PATH.split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Listing an interface's link types opens it, which is what needs the right. */
function mayCapture(program: ProgramName): boolean {
  return spawnSync(program, ["-i", "lo", "-L"], { stdio: "ignore" }).status === 0;
}
