// The test runner's projects. tools/run.mjs runs them one after another; `npx vitest --project unit FILE` runs one file.
import { defineConfig } from "vitest/config";

const INTEROP_TIMEOUT_MS = 120_000;

export default defineConfig({
  test: {
    pool: "forks",
    maxWorkers: 2,
    // Every test file that a project names must exist: a runner that found nothing has proved nothing.
    passWithNoTests: false,
    reporters: ["default"],
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          // Some start processes of their own; a busy machine must not fail them.
          testTimeout: 30_000,
          include: [
            "src/**/*.test.ts",
            "tools/**/*.test.ts",
            "test/gates/**/*.test.ts",
            "test/engine/**/*.test.ts",
            "test/numbers/**/*.test.ts",
            "test/conformance/**/*.test.ts",
            "test/torture/**/*.test.ts",
            "test/fuzz/corpus.test.ts",
          ],
        },
      },
      {
        extends: true,
        test: { name: "integration", include: ["test/integration/**/*.test.ts"], testTimeout: 30_000 },
      },
      {
        extends: true,
        // Each worker has addresses of its own; what must be at the well-known ones is all in lab.test.ts.
        test: {
          name: "interop",
          include: ["test/interop/**/*.test.ts"],
          testTimeout: INTEROP_TIMEOUT_MS,
          hookTimeout: INTEROP_TIMEOUT_MS,
        },
      },
      {
        extends: true,
        test: { name: "simulation", include: ["test/simulation/**/*.test.ts"], testTimeout: 600_000 },
      },
      {
        extends: true,
        test: { name: "fuzz", include: ["test/fuzz/{short-run,native,native-secure}.test.ts"], testTimeout: 300_000 },
      },
    ],
  },
});
