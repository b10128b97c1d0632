/** What the command says of ConvLens' own faults: all of each on demand, otherwise once how to get that. */
import { faultForLog, type OnFault } from "../engine/interpret/internal.ts";

/** `isDebug`: the user asked for stacks (`CONVLENS_DEBUG=1`). */
export function tellFaults(err: (text: string) => void, isDebug: boolean): OnFault {
  let isTold = false;
  return (fault, at) => {
    if (isDebug) err(`convlens: ${faultForLog(fault, at)}\n`);
    else if (!isTold) err(`convlens: ${HOW_TO_REPORT}\n`);
    isTold = true;
  };
}

export const HOW_TO_REPORT =
  "ConvLens itself failed; please run the command again with CONVLENS_DEBUG=1 and report what it prints";
