/** `convlens sweep --paper`: the network in the columns of MobileNet's tables 4 to 7. */

import { visible, visibleJson } from "../engine/base/visible.ts";
import { paperCsv, paperMarkdown, paperText } from "../engine/formats/paper.ts";
import { besidePaper, PAPER_SOURCE } from "../engine/separable/paper.ts";
import type { Simulate } from "../engine/separable/sweep.ts";
import type { ExitCode, Surroundings } from "./surroundings.ts";
import type { SweepCommand } from "./sweepArguments.ts";

export function paper(
  simulate: Simulate,
  { file: name, format, unit, options: { round, stem } }: SweepCommand,
  around: Surroundings,
  file: string,
  isOneOfMany: boolean,
): ExitCode {
  const result = besidePaper(simulate, { ...(round && { round }), ...(stem && { stem }) });
  if (!result.ok) {
    around.err(`convlens: ${name}: ${result.reason}\n`);
    return 2;
  }
  const { network, tables } = result;
  switch (format) {
    case "json": {
      const head = { version: 1, tool: `convlens ${around.version}`, file, network, source: PAPER_SOURCE };
      around.out(`${visibleJson({ ...head, tables }, isOneOfMany ? undefined : 1)}\n`);
      break;
    }
    case "csv":
      around.out(paperCsv(tables, unit));
      break;
    case "markdown":
      around.out(paperMarkdown(network, tables, unit));
      break;
    case "text": {
      const lines = paperText(network, tables, { unit, width: around.width });
      const head = isOneOfMany ? `${visible(name)}\n` : "";
      around.out(`${head}${lines.map((line) => visible(line).trimEnd()).join("\n")}\n`);
    }
  }
  return 0;
}
