/** The one machine that JAX is taken to run on. */
import { conventionsOf } from "../../interpret/assumptions.ts";

const ONE = "the machine is one CPU";

export const jaxConventions = conventionsOf({
  branch: {},
  value: Object.fromEntries(
    [
      "local_device_count",
      "device_count",
      "process_index",
      "process_count",
      "devices",
      "local_devices",
      "default_backend",
    ].map((name) => [`jax.${name}`, ONE]),
  ),
});
