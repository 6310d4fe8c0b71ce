import { holdToContract } from "../media/media-plane.contract.ts";
import { FakeMediaPlane } from "./fake-media-plane.ts";

holdToContract("the lab's fake", {
  addresses: ["10.0.0.1", "10.0.0.2", "10.0.0.3"],
  open: (networks) => ({ plane: new FakeMediaPlane({ networks }), close: () => undefined }),
});
