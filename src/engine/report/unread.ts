/** The report of a network that was cut short before anything of it was known: a gap that no check may overlook. */
import type { Report, ReportDiagnostic } from "../contract/report.ts";

export interface Unread extends Pick<Report, "tool" | "file" | "language" | "network" | "networks"> {
  readonly at: NonNullable<Report["network_at"]>;
  readonly problem: ReportDiagnostic;
}

export function unreadReport({ tool, file, language, network, networks, at, problem }: Unread): Report {
  return {
    version: 1,
    ...{ tool, file, language, framework: null, network, network_at: at, networks },
    input: { shapes: [], dtypes: [], origin: "default" },
    output: [],
    complete: false,
    totals: {
      macs: null,
      params: null,
      trainable_params: null,
      elementwise: null,
      activation_bytes: null,
      peak_activation_bytes: null,
    },
    layers: [],
    diagnostics: [problem],
  };
}
