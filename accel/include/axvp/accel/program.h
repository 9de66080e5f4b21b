#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "axvp/accel/descriptor.h"
#include "axvp/accel/platform_config.h"
#include "axvp/multipliers/truth_table.h"
#include "axvp/workloads/operating_point.h"

namespace axvp {

/// What the array's PEs can select between, in the order of the selector codes.
struct SelectablePool {
  Encoding encoding = Encoding::SignMagnitude;
  std::vector<std::string> ids;
  std::vector<TruthTable> tables;  ///< Raw, one per id.
};

/// A tensor in DRAM.
struct TensorPlacement {
  std::uint32_t address = 0;  ///< On the bus.
  Bytes bytes = 0;            ///< Of all images of an inference, one after the other.
  ElementType type = ElementType::Unsigned8;
};

/// What reports and audits know about one descriptor.
struct ProgramNode {
  std::string name;
  std::string operation;             ///< "convolution", "add", "average_pool", "max_pool", "resample".
  std::optional<std::size_t> layer;  ///< Index into the operating points, for convolutions.
  std::uint64_t macs = 0;            ///< Of the network, padding counted; as all that follows, of an inference.
  std::uint64_t padding_macs = 0;    ///< Of them, those whose activation the layer's padding supplies.
  std::uint64_t slots = 0;  ///< Of the array: every PE in every position of every fold; 0 if not a convolution.
  std::uint64_t runs = 0;   ///< Of the array or the vector unit.
  Bytes input_bytes = 0;    ///< Read from DRAM, halo rows and second operands counted each time.
  Bytes weight_bytes = 0;   ///< Read from DRAM, each time.
  Bytes output_bytes = 0;   ///< Written to DRAM.
};

/// A network with its operating points as the accelerator sees them: bytes in DRAM and where they are.
struct Program {
  std::string network;
  std::vector<std::uint8_t> image;  ///< DRAM from its first byte on: descriptors, tables, weights.
  std::uint32_t descriptor_address = 0;
  std::uint32_t point_table_address = 0;
  std::uint32_t point_count = 0;
  std::uint32_t images = 1;  ///< Of an inference.
  std::vector<std::string> point_names;
  TensorPlacement input, output;
  double output_step = 0.0;                     ///< What a step of the output is worth in the network's float units.
  std::vector<TensorPlacement> tensors;         ///< Indexed by TensorId.
  std::vector<std::uint32_t> weight_addresses;  ///< Indexed by layer.
  std::vector<ProgramNode> nodes;               ///< In the order of execution.
  std::vector<Descriptor> descriptors;          ///< As encoded in the image, same order.
  Bytes dram_bytes = 0;                         ///< Used, tensors included.
  Bytes parameter_bytes = 0;                    ///< Of the parameter memory.
};

/// Elements of the network's output for one image.
[[nodiscard]] std::size_t output_count(const Program& program);

/// Closed form: multiplications of a convolution whose activation lies outside of the tensor. Inside are, for each
/// kernel row, the output rows y with 0 <= y * stride - pad + offset < height, and the same for columns.
[[nodiscard]] std::uint64_t padding_macs_of(const Descriptor& descriptor);
/// Closed form: slots of the array over all tiles, groups and folds.
[[nodiscard]] std::uint64_t array_slots_of(const Descriptor& descriptor, const ArrayConfig& array);

/// Lays a quantised network out for a platform. Sets that are identical between operating points are stored once, so
/// that a switch loads only what differs. Errors: no operating point, a selectable that the pool lacks, sizes that do
/// not fit (naming layer and memory), an accumulator that could overflow (naming layer, operating point, selectable),
/// operations the platform lacks.
[[nodiscard]] Result<Program> compile(const QuantizedNetwork& network, const std::vector<OperatingPoint>& points,
                                      const SelectablePool& pool, const PlatformConfig& config);

/// Point table in DRAM: a header, then one record per operating point.
///
///     header  u32 layers, u32 bytes of a record, u32 operating points, u32 0
///     record  u32 address of the selectors (one byte a layer), u32 0, then for each layer
///             u32 address of its requantisation set, u32 its bytes, u32 its offset in the parameter memory
inline constexpr std::uint32_t kPointHeaderBytes = 16;
inline constexpr std::uint32_t kPointRecordHeadBytes = 8;
inline constexpr std::uint32_t kPointRecordLayerBytes = 12;

struct PointTableHeader {
  std::uint32_t layers = 0;
  std::uint32_t record_bytes = 0;
  std::uint32_t points = 0;
};

struct PointRecord {
  struct Set {
    std::uint32_t address = 0, bytes = 0, offset = 0;
  };
  std::uint32_t selector_address = 0;
  std::vector<Set> sets;  ///< By layer.
};

[[nodiscard]] PointTableHeader decode_point_header(const std::uint8_t* bytes);
[[nodiscard]] PointRecord decode_point_record(const std::uint8_t* bytes, std::uint32_t layers);

}  // namespace axvp
