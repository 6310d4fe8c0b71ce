export type { Attribute, Connection, MediaDescription, Origin, SessionDescription } from "./description.ts";
