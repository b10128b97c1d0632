/**
 * Devices that come with ConvLens. Each figure has its source, year and kind. Peaks bound what a layer can reach;
 * nothing reaches them. A figure that no public source backs is not here.
 */
import type { DeviceFigure, FigureKind } from "../contract/device.ts";

export interface KnownDevice {
  readonly name: string;
  readonly figures: readonly DeviceFigure[];
}

const KIB = 1024;
const MIB = 1024 * KIB;
const GIB = 1024 * MIB;
/** Of a multiply-accumulate. */
const OPS = 2;

type Row = readonly [
  of: DeviceFigure["of"],
  value: number,
  kind: FigureKind,
  year: number,
  ...source: readonly string[],
];

/** The first figure of a dtype is the one that the device is bound by unless another is chosen. */
function device(name: string, ...rows: readonly Row[]): KnownDevice {
  const figures = rows.map(([of, value, kind, year, ...source]) => {
    return { of, value, kind, year, source: source.join(" ") };
  });
  return { name, figures };
}

const T4 = "NVIDIA T4 datasheet";
const A100 = "NVIDIA A100 datasheet";
const H100 = "NVIDIA H100 datasheet";
const ADA = "NVIDIA Ada whitepaper";
const A76 = "Arm Cortex-A76 Software Optimization Guide, Raspberry Pi 5 product brief:";
const A72 = "Arm Cortex-A72 Software Optimization Guide, Raspberry Pi 4 product brief:";
const ORIN = "NVIDIA Jetson AGX Orin technical brief";
const ORIN_NANO = "NVIDIA Jetson Orin Nano datasheet";
const NANO = "NVIDIA Jetson Nano datasheet";
const S865 = "Qualcomm Snapdragon 865 product brief";
const A77 =
  "Software Optimization Guides of Arm Cortex-A77 and A55 (Kryo 585), Snapdragon 865 product brief:";
const M7 = "Arm Cortex-M7 technical reference manual";
const M4 = "Arm Cortex-M4 technical reference manual";
const S3 = "Espressif ESP32-S3 technical reference manual";

/** Snapdragon 865: gigahertz of all big cores together, and of all small ones. */
const [BIG, SMALL] = [2.84 + 3 * 2.42, 4 * 1.8];

export const KNOWN_DEVICES: readonly KnownDevice[] = [
  device(
    "NVIDIA T4",
    ["float32", 8.1e12, "datasheet", 2019, T4, "(2560 cores × 2 × 1.59 GHz)"],
    ["float16", 65e12, "datasheet", 2019, T4, "(tensor cores)"],
    ["int8", 130e12, "datasheet", 2019, T4, "(tensor cores)"],
    ["bandwidth", 320e9, "datasheet", 2019, T4, "(256 bit × 10 Gbit/s)"],
  ),
  device(
    "NVIDIA A100 40 GB",
    ["float32", 19.5e12, "datasheet", 2020, A100, "(6912 cores × 2 × 1.41 GHz, no tensor cores)"],
    ["float16", 312e12, "datasheet", 2020, A100, "(tensor cores, without sparsity)"],
    ["int8", 624e12, "datasheet", 2020, A100, "(tensor cores, without sparsity)"],
    ["bandwidth", 1555e9, "datasheet", 2020, A100, "(5120 bit × 2.43 Gbit/s)"],
  ),
  device(
    "NVIDIA H100 SXM",
    ["float32", 67e12, "datasheet", 2023, H100, "(16896 cores × 2 × 1.98 GHz, no tensor cores)"],
    ["float16", 1979e12 / 2, "derived", 2023, H100, "(tensor cores: half of its figure with sparsity)"],
    ["int8", 3958e12 / 2, "derived", 2023, H100, "(tensor cores: half of its figure with sparsity)"],
    ["bandwidth", 3350e9, "datasheet", 2023, H100, "(5120 bit of HBM3)"],
  ),
  device(
    "GeForce RTX 4090",
    ["float32", 82.6e12, "datasheet", 2022, ADA, "(16384 cores × 2 × 2.52 GHz)"],
    ["float16", 330.3e12, "datasheet", 2022, ADA, "(tensor cores, sums in float16, without sparsity)"],
    ["int8", 660.6e12, "datasheet", 2022, ADA, "(tensor cores, without sparsity)"],
    ["bandwidth", 1008e9, "datasheet", 2022, ADA, "(384 bit × 21 Gbit/s)"],
  ),
  device(
    "Apple M2 GPU (10 cores)",
    [
      "float32",
      3.6e12,
      "derived",
      2022,
      "10 cores × 128 lanes × 2 × 1.4 GHz; lanes and clock as reported of it, in no document of Apple's",
    ],
    ["bandwidth", 100e9, "datasheet", 2022, "Apple's announcement of M2"],
  ),
  device(
    "Snapdragon 865 CPU (phone)",
    [
      "float32",
      (BIG * 8 + SMALL * 4) * OPS * 1e9,
      "derived",
      2020,
      `${A77} (2.84 + 3 × 2.42) GHz × 8 lanes × 2, and 4 × 1.8 GHz × 4 lanes × 2`,
    ],
    ["float16", (BIG * 16 + SMALL * 8) * OPS * 1e9, "derived", 2020, `${A77} twice the lanes of float32`],
    [
      "int8",
      (BIG * 32 + SMALL * 16) * OPS * 1e9,
      "derived",
      2020,
      `${A77} dot products of four, four times the lanes of float32`,
    ],
    ["bandwidth", 2 * 2.75e9 * 8, "derived", 2019, S865, "(LPDDR5, 2750 MHz × 2 × 64 bit)"],
  ),
  device(
    "Snapdragon 865 AI Engine (phone NPU)",
    ["int8", 15e12, "datasheet", 2019, S865, "(all units of the engine together; taken as int8)"],
    ["bandwidth", 2 * 2.75e9 * 8, "derived", 2019, S865, "(LPDDR5, 2750 MHz × 2 × 64 bit)"],
  ),
  device(
    "Kirin 970 NPU (phone)",
    ["float16", 1.92e12, "datasheet", 2017, "Huawei's announcement of Kirin 970, IFA 2017"],
    ["bandwidth", 2 * 1.833e9 * 8, "derived", 2017, "Kirin 970: LPDDR4X, 1833 MHz × 2 × 64 bit"],
  ),
  device("Apple A17 Pro Neural Engine (phone NPU)", [
    "int8",
    35e12,
    "datasheet",
    2023,
    "Apple's announcement of iPhone 15 Pro; its dtype is not told and taken as int8",
  ]),
  device(
    "Raspberry Pi 5 (8 GB)",
    ["float32", 4 * 2 * 4 * OPS * 2.4e9, "derived", 2023, A76, "4 cores × 2 pipes × 4 lanes × 2 × 2.4 GHz"],
    ["float16", 4 * 2 * 8 * OPS * 2.4e9, "derived", 2023, A76, "4 cores × 2 pipes × 8 lanes × 2 × 2.4 GHz"],
    ["int8", 4 * 2 * 16 * OPS * 2.4e9, "derived", 2023, A76, "dot products: 4 × 2 pipes × 16 × 2 × 2.4 GHz"],
    ["bandwidth", 4.267e9 * 4, "derived", 2023, "Raspberry Pi 5 product brief: LPDDR4X-4267, 32 bit"],
    ["memory", 8 * GIB, "datasheet", 2023, "Raspberry Pi 5 product brief"],
  ),
  device(
    "Raspberry Pi 4 (4 GB)",
    [
      "float32",
      4 * 4 * OPS * 1.8e9,
      "derived",
      2019,
      `${A72} 4 cores × 4 lanes (two pipes of 64 bit) × 2 × 1.8 GHz`,
    ],
    ["int8", 4 * 8 * OPS * 1.8e9, "derived", 2019, A72, "4 cores × 8 lanes of SMLAL × 2 × 1.8 GHz"],
    ["bandwidth", 3.2e9 * 4, "derived", 2019, "Raspberry Pi 4 product brief: LPDDR4-3200, 32 bit"],
    ["memory", 4 * GIB, "datasheet", 2019, "Raspberry Pi 4 product brief"],
  ),
  device(
    "Jetson Nano",
    ["float32", 128 * OPS * 921.6e6, "derived", 2019, NANO, "(128 cores × 2 × 921.6 MHz)"],
    ["float16", 472e9, "datasheet", 2019, NANO],
    ["bandwidth", 25.6e9, "datasheet", 2019, NANO, "(LPDDR4, 64 bit)"],
    ["memory", 4 * GIB, "datasheet", 2019, NANO],
  ),
  device(
    "Jetson Orin Nano 8 GB",
    ["float32", 1024 * OPS * 625e6, "derived", 2023, ORIN_NANO, "(1024 cores × 2 × 625 MHz)"],
    ["float16", 10e12, "derived", 2023, ORIN_NANO, "(tensor cores: half of its int8 figure)"],
    ["int8", 20e12, "datasheet", 2023, ORIN_NANO, "(tensor cores, without sparsity)"],
    ["bandwidth", 68e9, "datasheet", 2023, ORIN_NANO, "(LPDDR5, 128 bit)"],
    ["memory", 8 * GIB, "datasheet", 2023, ORIN_NANO],
  ),
  device(
    "Jetson AGX Orin 64 GB (GPU)",
    ["float32", 5.3e12, "datasheet", 2022, ORIN, "(2048 cores × 2 × 1.3 GHz)"],
    ["float16", 42.5e12, "derived", 2022, ORIN, "(tensor cores: half of int8)"],
    ["int8", 85e12, "derived", 2022, ORIN, "(tensor cores: half of its 170 TOPS with sparsity; no DLA)"],
    ["bandwidth", 204.8e9, "datasheet", 2022, ORIN, "(LPDDR5, 256 bit)"],
    ["memory", 64 * GIB, "datasheet", 2022, ORIN],
  ),
  device(
    "Coral Edge TPU",
    ["int8", 4e12, "datasheet", 2019, "Coral USB Accelerator datasheet"],
    [
      "weight_memory",
      8 * MIB,
      "datasheet",
      2020,
      "https://coral.ai/docs/edgetpu/compiler/ (on-chip memory that keeps parameters, roughly 8 MB)",
    ],
  ),
  device(
    "STM32H743 (Cortex-M7, 480 MHz)",
    ["int8", 2 * OPS * 480e6, "derived", 2019, M7, "(SMLAD: 2 products a cycle; CMSIS-NN uses it for int8)"],
    ["float32", OPS * 480e6, "derived", 2019, M7, "(one multiply-accumulate a cycle at most)"],
    ["bandwidth", 8 * 480e6, "derived", 2019, M7, "(64 bit of data a cycle)"],
    ["memory", 512 * KIB, "datasheet", 2019, "ST DS12110 (AXI SRAM, the largest block of 1 MB)"],
    ["weight_memory", 2 * MIB, "datasheet", 2019, "ST DS12110 (flash)"],
  ),
  device(
    "STM32F746 (Cortex-M7, 216 MHz)",
    ["int8", 2 * OPS * 216e6, "derived", 2016, M7, "(SMLAD: 2 products a cycle; CMSIS-NN uses it for int8)"],
    ["float32", OPS * 216e6, "derived", 2016, M7, "(one multiply-accumulate a cycle at most)"],
    ["bandwidth", 8 * 216e6, "derived", 2016, M7, "(64 bit of data a cycle)"],
    ["memory", 320 * KIB, "datasheet", 2016, "ST DS10916 (SRAM)"],
    ["weight_memory", 1 * MIB, "datasheet", 2016, "ST DS10916 (flash)"],
  ),
  device(
    "STM32L4R5 (Cortex-M4F, 120 MHz)",
    ["int8", 2 * OPS * 120e6, "derived", 2017, M4, "(SMLAD: 2 products a cycle; CMSIS-NN uses it for int8)"],
    ["float32", 120e6, "derived", 2017, M4, "(VMUL and VADD, one cycle each)"],
    ["bandwidth", 4 * 120e6, "derived", 2017, M4, "(32 bit of data a cycle)"],
    ["memory", 640 * KIB, "datasheet", 2017, "ST DS12023 (SRAM)"],
    ["weight_memory", 2 * MIB, "datasheet", 2017, "ST DS12023 (flash)"],
  ),
  device(
    "nRF52840 (Cortex-M4F, 64 MHz)",
    ["int8", 2 * OPS * 64e6, "derived", 2018, M4, "(SMLAD: 2 products a cycle; CMSIS-NN uses it for int8)"],
    ["float32", 64e6, "derived", 2018, M4, "(VMUL and VADD, one cycle each)"],
    ["bandwidth", 4 * 64e6, "derived", 2018, M4, "(32 bit of data a cycle)"],
    ["memory", 256 * KIB, "datasheet", 2018, "Nordic nRF52840 product specification (RAM)"],
    ["weight_memory", 1 * MIB, "datasheet", 2018, "Nordic nRF52840 product specification (flash)"],
  ),
  device(
    "ESP32-S3-WROOM-1-N8",
    ["int8", 2 * 16 * OPS * 240e6, "derived", 2023, S3, "(EE.VMULAS.S8: 2 cores × 16 lanes × 2 × 240 MHz)"],
    ["float32", 2 * OPS * 240e6, "derived", 2023, S3, "(2 cores, one multiply-accumulate a cycle at most)"],
    ["bandwidth", 2 * 16 * 240e6, "derived", 2023, S3, "(2 cores × 128 bit of data a cycle)"],
    ["memory", 512 * KIB, "datasheet", 2023, "Espressif ESP32-S3 datasheet (SRAM)"],
    ["weight_memory", 8 * MIB, "datasheet", 2023, "Espressif ESP32-S3-WROOM-1 datasheet (flash of N8)"],
  ),
  device(
    "Raspberry Pi Pico 2 (RP2350)",
    [
      "int8",
      2 * 2 * OPS * 150e6,
      "derived",
      2024,
      "RP2350 datasheet: 2 Cortex-M33 × SMLAD, 2 products a cycle",
    ],
    [
      "float32",
      2 * OPS * 150e6,
      "derived",
      2024,
      "RP2350 datasheet: 2 Cortex-M33, one multiply-accumulate a cycle at most",
    ],
    ["bandwidth", 2 * 4 * 150e6, "derived", 2024, "RP2350 datasheet: 2 cores × 32 bit of data a cycle"],
    ["memory", 520 * KIB, "datasheet", 2024, "RP2350 datasheet (SRAM)"],
    ["weight_memory", 4 * MIB, "datasheet", 2024, "Raspberry Pi Pico 2 datasheet (flash)"],
  ),
  device(
    "Raspberry Pi Pico (RP2040)",
    ["int8", 2 * 133e6, "derived", 2021, "RP2040 datasheet: 2 Cortex-M0+, product and sum in two cycles"],
    ["bandwidth", 2 * 4 * 133e6, "derived", 2021, "RP2040 datasheet: 2 cores × 32 bit of data a cycle"],
    ["memory", 264 * KIB, "datasheet", 2021, "RP2040 datasheet (SRAM)"],
    ["weight_memory", 2 * MIB, "datasheet", 2021, "Raspberry Pi Pico datasheet (flash)"],
  ),
];
