// `demarc profiles`: the built-in settings for kinds of peers, each with the reason.

import { Argument, type Command } from "commander";
import { PROFILES, type Profile } from "../model/index.ts";
import type { Output } from "./output.ts";

function show({ name, peer, settings }: Profile, output: Output): void {
  output.line(`${name}: ${peer}`);
  for (const { path, value, why } of settings) {
    output.line(`  ${path}: ${Array.isArray(value) ? `[${value.join(", ")}]` : String(value)}`);
    output.line(`      ${why}`);
  }
  if (settings.length === 0) output.line("  sets nothing: the defaults are what every peer understands");
}

export function addProfiles(program: Command, output: Output): void {
  program
    .command("profiles")
    .description("print what each profile sets for a trunk, and why; a trunk's own keys stand above it")
    .addArgument(new Argument("[name]", "one profile alone").choices(PROFILES.map((profile) => profile.name)))
    .option("--json", "print the profiles as JSON")
    .addHelpText("after", "\nExample:\n  demarc profiles teams-direct-routing")
    .action((name: string | undefined, { json = false }: { json?: boolean }) => {
      const profiles = PROFILES.filter((profile) => name === undefined || profile.name === name);
      if (json) output.line(JSON.stringify(profiles, null, 2));
      else for (const profile of profiles) show(profile, output);
    });
}
