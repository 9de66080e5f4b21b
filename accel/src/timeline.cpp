#include "axvp/accel/timeline.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "axvp/common/text.h"

namespace axvp {
namespace {

enum Track : int { kOperations = 1, kSwitches, kFolds, kOwners, kUnits };  // one of kUnits for each owner
constexpr int kLanes = 64;

std::string track_name(int track) {
  switch (track) {
    case kOperations:
      return "operations";
    case kSwitches:
      return "operating point switches";
    case kFolds:
      return "array: folds";
    case kOwners:
      return "cycles by owner";
    default:
      break;
  }
  switch (static_cast<CycleOwner>(track - kUnits)) {
    case CycleOwner::Array:
      return "array: runs";
    case CycleOwner::VectorUnit:
      return "vector unit";
    case CycleOwner::WaitForWeights:
      return "DMA: weights";
    case CycleOwner::WaitForActivations:
      return "DMA: activations";
    case CycleOwner::WriteBack:
      return "DMA: write-back";
    case CycleOwner::Switch:
      return "DMA: tables of the operating point";
    case CycleOwner::Descriptor:
      return "descriptors";
  }
  return "";
}

std::string quoted(const std::string& text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    if (static_cast<unsigned char>(c) < 0x20)
      result += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    else
      result += c;
  }
  return result + '"';
}

/// Puts slices of one track on the first lane that is free.
class Lanes {
 public:
  int place(Cycles begin, Cycles end) {
    for (std::size_t lane = 0; lane < free_from_.size(); ++lane)
      if (free_from_[lane] <= begin || lane == kLanes - 1) {
        free_from_[lane] = end;
        return static_cast<int>(lane);
      }
    free_from_.push_back(end);
    return static_cast<int>(free_from_.size()) - 1;
  }
  [[nodiscard]] std::size_t count() const { return free_from_.size(); }

 private:
  std::vector<Cycles> free_from_;
};

}  // namespace

Timeline::Timeline(std::vector<std::string> point_names, TimelineWindow window)
    : point_names_(std::move(point_names)), window_(std::move(window)) {}

void Timeline::add(Slice slice) {
  if (slice.begin >= slice.end || slice.end <= window_.begin || slice.begin >= window_.end) return;
  if (pending_.size() + slices_.size() >= window_.most_events) {
    ++dropped_;
    return;
  }
  pending_.push_back(std::move(slice));
}

void Timeline::busy(CycleOwner owner, Cycles begin, Cycles end) {
  const int track = kUnits + static_cast<int>(owner);
  add({track, begin, end, track_name(track), ""});
}

void Timeline::owned(CycleOwner owner, Cycles begin, Cycles end) {
  add({kOwners, begin, end, std::string{to_string(owner)}, ""});
}

void Timeline::folds(Cycles begin, std::uint64_t folds, Cycles interval) {
  for (std::uint64_t f = 0; f < folds; ++f)
    add({kFolds, begin + f * interval, begin + (f + 1) * interval, fmt::format("fold {}", f), ""});
}

void Timeline::switched(std::uint32_t to, Cycles begin, Cycles end) {
  add({kSwitches, begin, end, "to " + (to < point_names_.size() ? point_names_[to] : std::to_string(to)), ""});
}

void Timeline::complete(const Operation& operation) {
  if (!window_.layer.empty() && operation.name != window_.layer) return pending_.clear();
  const std::string point =
      operation.point < point_names_.size() ? point_names_[operation.point] : std::to_string(operation.point);
  add({kOperations, operation.begin, operation.end, operation.name,
       fmt::format("\"operating_point\":{},\"array_cycles\":{},\"macs\":{},\"energy_pj\":{}", quoted(point),
                   operation.array_cycles, operation.macs, shortest(operation.energy_pj))});
  if (operation.end > window_.begin && operation.begin < window_.end && operation.end > operation.begin)
    samples_.push_back({operation.end, operation.total_energy_pj * 1e-6,
                        operation.energy_pj / static_cast<double>(operation.end - operation.begin)});
  std::move(pending_.begin(), pending_.end(), std::back_inserter(slices_));
  pending_.clear();
}

std::string Timeline::to_json(double clock_mhz) const {
  const auto microseconds = [clock_mhz](Cycles cycles) { return shortest(static_cast<double>(cycles) / clock_mhz); };
  std::vector<const Slice*> ordered;
  for (const Slice& slice : slices_) ordered.push_back(&slice);
  std::stable_sort(ordered.begin(), ordered.end(), [](const Slice* a, const Slice* b) { return a->begin < b->begin; });
  std::map<int, Lanes> lanes;
  std::string events;
  for (const Slice* s : ordered) {
    const int thread = s->track * kLanes + lanes[s->track].place(s->begin, s->end);
    events += fmt::format(
        "{{\"ph\":\"X\",\"pid\":1,\"tid\":{},\"ts\":{},\"dur\":{},\"name\":{},\"args\":{{\"begin_cycle\":{},"
        "\"cycles\":{}{}{}}}}},\n",
        thread, microseconds(s->begin), microseconds(s->end - s->begin), quoted(s->name), s->begin, s->end - s->begin,
        s->arguments.empty() ? "" : ",", s->arguments);
  }
  for (const Sample& s : samples_) {
    events += fmt::format("{{\"ph\":\"C\",\"pid\":1,\"ts\":{},\"name\":\"energy\",\"args\":{{\"energy_uj\":{}}}}},\n",
                          microseconds(s.cycle), shortest(s.energy_uj));
    events += fmt::format("{{\"ph\":\"C\",\"pid\":1,\"ts\":{},\"name\":\"power\",\"args\":{{\"power_mw\":{}}}}},\n",
                          microseconds(s.cycle), shortest(s.power_pj_per_cycle * clock_mhz * 1e-3));
  }
  for (const auto& [track, used] : lanes)
    for (std::size_t lane = 0; lane < used.count(); ++lane) {
      const int thread = track * kLanes + static_cast<int>(lane);
      events += fmt::format(
          "{{\"ph\":\"M\",\"pid\":1,\"tid\":{},\"name\":\"thread_name\",\"args\":{{\"name\":{}}}}},\n"
          "{{\"ph\":\"M\",\"pid\":1,\"tid\":{},\"name\":\"thread_sort_index\",\"args\":{{\"sort_index\":{}}}}},\n",
          thread, quoted(track_name(track) + (lane == 0 ? "" : fmt::format(" ({})", lane + 1))), thread, thread);
    }
  return fmt::format(
      "{{\"displayTimeUnit\":\"ns\",\"otherData\":{{\"clock_mhz\":{},\"dropped_events\":{}}},\"traceEvents\":[\n{}"
      "{{\"ph\":\"M\",\"pid\":1,\"name\":\"process_name\",\"args\":{{\"name\":\"axvp\"}}}}\n]}}\n",
      shortest(clock_mhz), dropped_, events);
}

}  // namespace axvp
