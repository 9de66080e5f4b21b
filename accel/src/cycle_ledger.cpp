#include "axvp/accel/cycle_ledger.h"

#include <algorithm>

#include "axvp/accel/timeline.h"

namespace axvp {

std::string_view to_string(CycleOwner owner) {
  switch (owner) {
    case CycleOwner::Array:
      return "array";
    case CycleOwner::VectorUnit:
      return "vector_unit";
    case CycleOwner::WaitForWeights:
      return "wait_for_weights";
    case CycleOwner::WaitForActivations:
      return "wait_for_activations";
    case CycleOwner::WriteBack:
      return "write_back";
    case CycleOwner::Switch:
      return "switch";
    case CycleOwner::Descriptor:
      return "descriptor";
  }
  return "";
}

Cycles OwnedCycles::total() const {
  Cycles sum = 0;
  for (const Cycles cycles : of) sum += cycles;
  return sum;
}

OwnedCycles& OwnedCycles::operator+=(const OwnedCycles& other) {
  for (std::size_t i = 0; i < kCycleOwners; ++i) of[i] += other.of[i];
  return *this;
}

void CycleLedger::record(CycleOwner owner, Cycles begin, Cycles end) {
  if (begin >= end) return;
  if (timeline_ != nullptr) timeline_->busy(owner, begin, end);
  auto& intervals = intervals_[static_cast<std::size_t>(owner)];
  if (!intervals.empty() && begin >= intervals.back().begin && begin <= intervals.back().end)
    intervals.back().end = std::max(intervals.back().end, end);
  else
    intervals.push_back({begin, end});
}

void CycleLedger::record_run(Engine engine, Cycles begin, Cycles issue, Cycles total) {
  (engine == Engine::Array ? array_runs_ : lane_runs_).push_back({begin, begin + issue});
  array_chain_ = issued_ + total;
  issued_ += issue;
}

/// The gaps of [begin, end) between runs, one by one.
Cycles CycleLedger::standstill(const std::vector<Interval>& runs, Cycles begin, Cycles end) {
  Cycles sum = 0;
  Cycles at = begin;
  for (const Interval& run : runs) {
    if (run.begin > at) sum += run.begin - at;
    at = std::max(at, run.end);
  }
  return end > at ? sum + (end - at) : sum;
}

CycleLedger::Settlement CycleLedger::settle(Cycles begin, Cycles end) {
  Settlement result;
  result.array_chain = array_chain_;
  result.array_standstill = standstill(array_runs_, begin, end);
  result.lane_standstill = standstill(lane_runs_, begin, end);
  array_chain_ = issued_ = 0;
  array_runs_.clear();
  lane_runs_.clear();
  // `free` holds what no owner has taken yet, ascending; each owner in turn takes its part.
  std::vector<Interval>& free = free_;
  std::vector<Interval>& left = still_free_;
  free.assign(1, {begin, end});
  for (std::size_t owner = 0; owner < kCycleOwners; ++owner) {
    auto& claims = intervals_[owner];
    const auto by_begin = [](const Interval& a, const Interval& b) { return a.begin < b.begin; };
    if (!std::is_sorted(claims.begin(), claims.end(), by_begin)) std::sort(claims.begin(), claims.end(), by_begin);
    left.clear();
    std::size_t next = 0;
    for (Interval gap : free) {
      while (next < claims.size() && claims[next].end <= gap.begin) ++next;
      for (std::size_t i = next; i < claims.size() && claims[i].begin < gap.end && gap.begin < gap.end; ++i) {
        const Cycles from = std::max(gap.begin, claims[i].begin);
        const Cycles to = std::min(gap.end, claims[i].end);
        if (from >= to) continue;
        result.owned.of[owner] += to - from;
        if (timeline_ != nullptr) timeline_->owned(static_cast<CycleOwner>(owner), from, to);
        if (gap.begin < from) left.push_back({gap.begin, from});
        gap.begin = to;
      }
      if (gap.begin < gap.end) left.push_back(gap);
    }
    free.swap(left);
    claims.clear();
  }
  for (const Interval& gap : free) result.unowned += gap.end - gap.begin;
  return result;
}

void CycleLedger::clear() {
  for (auto& intervals : intervals_) intervals.clear();
  array_chain_ = issued_ = 0;
  array_runs_.clear();
  lane_runs_.clear();
}

}  // namespace axvp
