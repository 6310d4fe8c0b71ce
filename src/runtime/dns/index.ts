export { createSystemResolver, type Resolver } from "./resolver.ts";
