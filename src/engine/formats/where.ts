/** Places as text: `net.py:12`, `net.ipynb cell 3:5`. */
import type { Place } from "../contract/report.ts";

export function where({ file, line, cell }: Place): string {
  return cell === undefined ? `${file}:${line}` : `${file} cell ${cell}:${line}`;
}
