#include "timed_kernel.h"

#include <algorithm>
#include <limits>

namespace axvp {
namespace {

// The same code for several instruction sets, chosen at run time: everything in here is inlined into functions that
// are compiled for one of them. No lambdas: they would not take over the instruction set.

constexpr std::uint32_t kNever = std::numeric_limits<std::uint32_t>::max();

[[gnu::always_inline]] inline bool any(const Plane& plane) {
  std::uint64_t all = 0;
  for (std::size_t i = 0; i < kPlaneWords; ++i) all |= plane.words[i];
  return all != 0;
}

[[gnu::always_inline]] inline void add_ones(const Plane& plane, WordCounts& counts) {
  for (std::size_t i = 0; i < kPlaneWords; ++i)
    counts[i] += static_cast<std::uint64_t>(__builtin_popcountll(plane.words[i]));
}

[[gnu::always_inline]] inline void flip(Plane& plane, const Plane& lanes) {
  for (std::size_t i = 0; i < kPlaneWords; ++i) plane.words[i] ^= lanes.words[i];
}

[[gnu::always_inline]] inline void evaluate(const GateCode& code, Plane* slots) {
  for (const auto& instruction : code.code) {
    Plane& to = slots[instruction.to];
    const Plane& left = slots[instruction.left];
    const Plane& right = slots[instruction.right];
    switch (instruction.code) {
      case GateProgram::Code::Copy:
        to = left;
        break;
      case GateProgram::Code::Not:
        for (std::size_t i = 0; i < kPlaneWords; ++i) to.words[i] = ~left.words[i];
        break;
      case GateProgram::Code::And:
        for (std::size_t i = 0; i < kPlaneWords; ++i) to.words[i] = left.words[i] & right.words[i];
        break;
      case GateProgram::Code::Or:
        for (std::size_t i = 0; i < kPlaneWords; ++i) to.words[i] = left.words[i] | right.words[i];
        break;
      case GateProgram::Code::Xor:
        for (std::size_t i = 0; i < kPlaneWords; ++i) to.words[i] = left.words[i] ^ right.words[i];
        break;
    }
  }
}

/// Takes over the events of the next time at which an input toggles; kNever at the end.
[[gnu::always_inline]] inline std::uint32_t advance_inputs(GateRun& run, PlanePool& planes) {
  std::uint32_t time = kNever;
  for (std::size_t p = 0; p < run.inputs.size(); ++p)
    if (run.next_input[p] < run.inputs[p]->size()) time = std::min(time, (*run.inputs[p])[run.next_input[p]].time);
  if (time == kNever) return time;
  for (std::size_t p = 0; p < run.inputs.size(); ++p) {
    run.input_toggles[p] = nullptr;
    if (run.next_input[p] == run.inputs[p]->size() || (*run.inputs[p])[run.next_input[p]].time != time) continue;
    run.input_toggles[p] = &planes[(*run.inputs[p])[run.next_input[p]++].plane];
    flip(run.slots[p], *run.input_toggles[p]);
  }
  return time;
}

[[gnu::always_inline]] inline void schedule(OutputState& state, const Plane& value, std::uint32_t time,
                                            std::uint32_t delay, Waveform& waveform, PlanePool& planes) {
  Plane change;
  for (std::size_t i = 0; i < kPlaneWords; ++i) change.words[i] = value.words[i] ^ state.value.words[i];
  if (!any(change)) return;
  state.value = value;
  for (; state.waiting < waveform.size() && waveform[state.waiting].time <= time; ++state.waiting)
    flip(state.pending, planes[waveform[state.waiting].plane]);
  Plane cancelled;
  for (std::size_t i = 0; i < kPlaneWords; ++i) cancelled.words[i] = change.words[i] & state.pending.words[i];
  if (any(cancelled)) {
    for (std::size_t e = state.waiting; e < waveform.size(); ++e) {
      Plane& plane = planes[waveform[e].plane];
      for (std::size_t i = 0; i < kPlaneWords; ++i) plane.words[i] &= ~cancelled.words[i];
    }
    flip(change, cancelled);
    flip(state.pending, cancelled);
    if (!any(change)) return;
  }
  flip(state.pending, change);
  const std::uint32_t plane = planes.take();
  planes[plane] = change;
  waveform.push_back({time + delay, plane});
}

[[gnu::always_inline]] inline void drop_empty(Waveform& waveform, PlanePool& planes) {
  std::size_t kept = 0;
  for (const ToggleEvent event : waveform) {
    if (any(planes[event.plane]))
      waveform[kept++] = event;
    else
      planes.give_back(event.plane);
  }
  waveform.resize(kept);
}

[[gnu::always_inline]] inline void run_gate_with(GateRun& run, PlanePool& planes) {
  const auto& outputs = run.gate->outputs;
  Plane* slots = run.slots.data();
  run.next_input.assign(run.inputs.size(), 0);
  run.input_toggles.resize(run.inputs.size());
  run.states.assign(outputs.size(), OutputState{});
  for (std::size_t o = 0; o < outputs.size(); ++o) {
    evaluate(outputs[o].function, slots);
    run.states[o].value = slots[outputs[o].function.result];
  }
  for (std::uint32_t time = advance_inputs(run, planes); time != kNever; time = advance_inputs(run, planes))
    for (std::size_t o = 0; o < outputs.size(); ++o) {
      evaluate(outputs[o].function, slots);
      schedule(run.states[o], slots[outputs[o].function.result], time, outputs[o].delay, *run.outputs[o], planes);
    }
  for (Waveform* waveform : run.outputs) drop_empty(*waveform, planes);
}

/// Lanes that toggle at `time`; nullptr if none. `next` moves on.
[[gnu::always_inline]] inline const Plane* toggles_at(const Waveform& waveform, std::size_t& next, std::uint32_t time,
                                                      PlanePool& planes) {
  while (next < waveform.size() && waveform[next].time < time) ++next;
  return next < waveform.size() && waveform[next].time == time ? &planes[waveform[next].plane] : nullptr;
}

[[gnu::always_inline]] inline void add_common_ones(const Plane& a, const Plane& b, const Plane& c, WordCounts& counts) {
  for (std::size_t i = 0; i < kPlaneWords; ++i)
    counts[i] += static_cast<std::uint64_t>(__builtin_popcountll(a.words[i] & b.words[i] & c.words[i]));
}

[[gnu::always_inline]] inline void count_coincidences_with(GateRun& run, PlanePool& planes,
                                                           std::vector<WordCounts>& counters) {
  const TimedGate& gate = *run.gate;
  Plane* slots = run.slots.data();
  run.next_input.assign(run.inputs.size(), 0);
  run.input_toggles.resize(run.inputs.size());
  run.next_output.assign(gate.outputs.size(), 0);
  run.output_toggles.resize(gate.outputs.size());
  for (std::uint32_t time = advance_inputs(run, planes); time != kNever; time = advance_inputs(run, planes)) {
    for (std::size_t o = 0; o < gate.outputs.size(); ++o)
      run.output_toggles[o] = toggles_at(*run.outputs[o], run.next_output[o], time + gate.outputs[o].delay, planes);
    for (const GateCounter& counter : gate.counters) {
      const Plane* pin = run.input_toggles[counter.pin];
      const Plane* toggles = counter.output == GateCounter::kNone ? pin : run.output_toggles[counter.output];
      if (pin == nullptr || toggles == nullptr) continue;
      const Plane* holds = &slots[gate.one];
      if (counter.condition != GateCounter::kNone) {
        const GateCode& condition = gate.conditions[counter.condition];
        evaluate(condition, slots);
        holds = &slots[condition.result];
      }
      add_common_ones(*pin, *toggles, *holds, counters[counter.counter]);
    }
  }
}

[[gnu::always_inline]] inline void count_toggles_with(const Waveform& waveform, PlanePool& planes, WordCounts& counts) {
  for (const ToggleEvent event : waveform) add_ones(planes[event.plane], counts);
}

struct Kernels {
  void (*run_gate)(GateRun&, PlanePool&);
  void (*count_coincidences)(GateRun&, PlanePool&, std::vector<WordCounts>&);
  void (*count_toggles)(const Waveform&, PlanePool&, WordCounts&);
};

void run_gate_portable(GateRun& run, PlanePool& planes) {
  run_gate_with(run, planes);
}
void count_coincidences_portable(GateRun& run, PlanePool& planes, std::vector<WordCounts>& counters) {
  count_coincidences_with(run, planes, counters);
}
void count_toggles_portable(const Waveform& waveform, PlanePool& planes, WordCounts& counts) {
  count_toggles_with(waveform, planes, counts);
}
constexpr Kernels kPortable{run_gate_portable, count_coincidences_portable, count_toggles_portable};

#if defined(__x86_64__)
[[gnu::target("avx2,popcnt")]] void run_gate_avx2(GateRun& run, PlanePool& planes) {
  run_gate_with(run, planes);
}
[[gnu::target("avx2,popcnt")]] void count_coincidences_avx2(GateRun& run, PlanePool& planes,
                                                            std::vector<WordCounts>& counters) {
  count_coincidences_with(run, planes, counters);
}
[[gnu::target("avx2,popcnt")]] void count_toggles_avx2(const Waveform& waveform, PlanePool& planes,
                                                       WordCounts& counts) {
  count_toggles_with(waveform, planes, counts);
}
constexpr Kernels kAvx2{run_gate_avx2, count_coincidences_avx2, count_toggles_avx2};

#define AXVP_AVX512 gnu::target("avx512f,avx512vl,avx512vpopcntdq")
[[AXVP_AVX512]] void run_gate_avx512(GateRun& run, PlanePool& planes) {
  run_gate_with(run, planes);
}
[[AXVP_AVX512]] void count_coincidences_avx512(GateRun& run, PlanePool& planes, std::vector<WordCounts>& counters) {
  count_coincidences_with(run, planes, counters);
}
[[AXVP_AVX512]] void count_toggles_avx512(const Waveform& waveform, PlanePool& planes, WordCounts& counts) {
  count_toggles_with(waveform, planes, counts);
}
#undef AXVP_AVX512
constexpr Kernels kAvx512{run_gate_avx512, count_coincidences_avx512, count_toggles_avx512};
#endif

const Kernels& kernels() {
#if defined(__x86_64__)
  static const Kernels& chosen = __builtin_cpu_supports("avx512vpopcntdq") && __builtin_cpu_supports("avx512vl")
                                     ? kAvx512
                                 : __builtin_cpu_supports("avx2") && __builtin_cpu_supports("popcnt") ? kAvx2
                                                                                                      : kPortable;
  return chosen;
#else
  return kPortable;
#endif
}

}  // namespace

void run_gate(GateRun& run, PlanePool& planes) {
  kernels().run_gate(run, planes);
}

void count_coincidences(GateRun& run, PlanePool& planes, std::vector<WordCounts>& counters) {
  kernels().count_coincidences(run, planes, counters);
}

void count_toggles(const Waveform& waveform, PlanePool& planes, WordCounts& counts) {
  kernels().count_toggles(waveform, planes, counts);
}

}  // namespace axvp
