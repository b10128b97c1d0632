/** A device that a network may run on. */
export interface Device {
  readonly name: string;
  /** Peak floating-point operations a second at this dtype, without sparsity; a multiply-accumulate is two. */
  readonly flops: number;
  readonly dtype: "float32" | "float16" | "int8";
  /** Bytes a second from and to main memory. */
  readonly bandwidth: number;
  readonly source: string;
}
