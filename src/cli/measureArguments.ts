/** The command line of `convlens measure`. */
import { type NetworkChoice, type UsageError, usageError, type Values } from "./arguments.ts";

export interface MeasureCommand extends NetworkChoice {
  readonly kind: "measure";
  /** Absent: all convolutions. */
  readonly layer?: string;
  readonly seconds: number;
  /** A JSON file of devices, which gets this machine. */
  readonly keep?: string;
  readonly format: "text" | "json";
}

const USUAL_SECONDS = 20;
const MOST_SECONDS = 3600;
/** For inputs, weights and what a copy needs. */
const MEGABYTES = 3000;

export function parseMeasure(values: Values, network: NetworkChoice): MeasureCommand | UsageError {
  const seconds = values.seconds === undefined ? USUAL_SECONDS : Number(values.seconds);
  if (!(seconds > 0 && seconds <= MOST_SECONDS))
    return usageError(`--seconds is a number of seconds up to ${MOST_SECONDS}, not "${values.seconds}"`);
  if (network.more) return usageError("measure takes one file");
  // Measuring is work that was asked for: the limit is on reading the file.
  const limits = {
    seconds: network.limits.seconds + 2 * seconds,
    megabytes: values["memory-limit"] === undefined ? MEGABYTES : network.limits.megabytes,
  };
  return {
    ...{ kind: "measure", ...network, limits, seconds, format: values.json ? "json" : "text" },
    ...(values.layer !== undefined && { layer: values.layer }),
    ...(values.keep !== undefined && { keep: values.keep }),
  };
}
