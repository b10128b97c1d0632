/** What a plain inference run of Keras is taken to find. */
import { conventionsOf } from "../../interpret/assumptions.ts";

const VERSION = "Keras is 3.0.0";

export const kerasConventions = conventionsOf({
  branch: { "keras.backend.learning_phase": "figures are of inference" },
  value: {
    "keras.__version__": VERSION,
    "keras.version": VERSION,
    "keras.backend.backend": "Keras runs on TensorFlow",
    "keras.config.backend": "Keras runs on TensorFlow",
    "tensorflow.__version__": "TensorFlow is 2.16.1",
  },
});
