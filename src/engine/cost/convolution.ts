/**
 * MACs and parameters of convolutions of any rank and framework. `positions` are spatial elements times samples,
 * `kernel` the elements of one filter (9 for 3×3). Biases cost no MACs.
 */
import { lift } from "./lift.ts";

/**
 * Convolution: every output element takes `inChannels / groups × kernel` MACs.
 * `outPositions × outChannels × (inChannels / groups) × kernel`
 */
export const convMacs = lift(
  (outPositions: number, inChannels: number, outChannels: number, groups: number, kernel: number) =>
    outPositions * outChannels * (inChannels / groups) * kernel,
);

/**
 * Transposed convolution: every input element is spread over `outChannels / groups × kernel` outputs,
 * so its input positions are counted.
 */
export const transposedConvMacs = lift(
  (inPositions: number, inChannels: number, outChannels: number, groups: number, kernel: number) =>
    inPositions * inChannels * (outChannels / groups) * kernel,
);

/** Weights of a convolution, transposed or not, without its bias (`outChannels` more). */
export const convWeights = lift(
  (inChannels: number, outChannels: number, groups: number, kernel: number) =>
    (inChannels / groups) * outChannels * kernel,
);
