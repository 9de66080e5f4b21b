// The kernels in terms of a vector of 512 bits, `Vector`, which the including file defines together with load, store,
// the bitwise operations and count_ones. Everything lies in the including file's anonymous namespace.

template <class Function>
inline void for_words(const std::uint64_t* values, const std::uint16_t (&inputs)[kGateInputs], std::uint64_t* out,
                      Function&& function) {
  const std::uint64_t* a = values + inputs[0] * kBlockWords;
  const std::uint64_t* b = values + inputs[1] * kBlockWords;
  const std::uint64_t* c = values + inputs[2] * kBlockWords;
  const std::uint64_t* d = values + inputs[3] * kBlockWords;
  for (std::size_t word = 0; word < kBlockWords; word += 8)
    store(out + word, function(load(a + word), load(b + word), load(c + word), load(d + word)));
}

/// Calls `apply` with the gate's function; adders call it twice, output 0 and output 1.
template <class Apply>
inline void dispatch(GateKind kind, Apply&& apply) {
  switch (kind) {
    case GateKind::Not:
      return apply(0, [](Vector a, Vector, Vector, Vector) { return not_(a); });
    case GateKind::And:
      return apply(0, [](Vector a, Vector b, Vector, Vector) { return and_(a, b); });
    case GateKind::Or:
      return apply(0, [](Vector a, Vector b, Vector, Vector) { return or_(a, b); });
    case GateKind::Xor:
      return apply(0, [](Vector a, Vector b, Vector, Vector) { return xor_(a, b); });
    case GateKind::Nand:
      return apply(0, [](Vector a, Vector b, Vector, Vector) { return nand(a, b); });
    case GateKind::Nor:
      return apply(0, [](Vector a, Vector b, Vector, Vector) { return nor(a, b); });
    case GateKind::Xnor:
      return apply(0, [](Vector a, Vector b, Vector, Vector) { return xnor(a, b); });
    case GateKind::Nand3:
      return apply(0, [](Vector a, Vector b, Vector c, Vector) { return not_(and_(and_(a, b), c)); });
    case GateKind::Nor3:
      return apply(0, [](Vector a, Vector b, Vector c, Vector) { return not_(or_(or_(a, b), c)); });
    case GateKind::AndOrInvert22:
      return apply(0, [](Vector a, Vector b, Vector c, Vector d) { return nor(and_(a, b), and_(c, d)); });
    case GateKind::OrAndInvert22:
      return apply(0, [](Vector a, Vector b, Vector c, Vector d) { return nand(or_(a, b), or_(c, d)); });
    case GateKind::MuxInvert:
      return apply(0, [](Vector a, Vector b, Vector c, Vector) { return not_(select(c, a, b)); });
    case GateKind::AndOrInvert:
      return apply(0, [](Vector a, Vector b, Vector c, Vector) { return nor(and_(a, b), c); });
    case GateKind::OrAndInvert:
      return apply(0, [](Vector a, Vector b, Vector c, Vector) { return nand(or_(a, b), c); });
    case GateKind::HalfAdder:
      apply(0, [](Vector a, Vector b, Vector, Vector) { return xor_(a, b); });
      return apply(1, [](Vector a, Vector b, Vector, Vector) { return and_(a, b); });
    case GateKind::FullAdder:
      apply(0, [](Vector a, Vector b, Vector c, Vector) { return xor3(a, b, c); });
      return apply(1, [](Vector a, Vector b, Vector c, Vector) { return majority(a, b, c); });
  }
}

void run(const CircuitProgram::Step* steps, std::size_t count, std::uint64_t* values) {
  for (const CircuitProgram::Step* step = steps; step != steps + count; ++step) {
    std::uint64_t* out = values + step->output * kBlockWords;
    dispatch(step->kind, [&](std::size_t which, auto function) {
      for_words(values, step->inputs, out + which * kBlockWords, function);
    });
  }
}

/// e = product - exact of 512 pairs in 17 planes of two's complement, turned into sign and magnitude: e is `bits`, or
/// -(bits + 1) where `negative`.
struct Difference {
  Vector bits[16];
  Vector negative;
};

inline Difference difference(const ErrorBlock& block, std::size_t word) {
  Difference d;
  Vector borrow = zero();
  Vector product = zero(), exact = zero();
  for (std::size_t bit = 0; bit < 16; ++bit) {
    product = load(block.values + block.product[bit] * kBlockWords + word);
    exact = load(block.exact + bit * kBlockWords + word);
    d.bits[bit] = xor3(product, exact, borrow);
    borrow = borrow_of(product, exact, borrow);
  }
  d.negative = block.is_signed ? xor3(product, exact, borrow) : borrow;
  for (Vector& bits : d.bits) bits = xor_(bits, d.negative);
  return d;
}

std::uint64_t absolute_error(const ErrorBlock& block) {
  Vector ones[17];
  for (Vector& sum : ones) sum = zero();
  for (std::size_t word = 0; word < kBlockWords; word += 8) {
    const Difference d = difference(block, word);
    for (std::size_t bit = 0; bit < 16; ++bit) ones[bit] = add(ones[bit], count_ones(d.bits[bit]));
    ones[16] = add(ones[16], count_ones(d.negative));
  }
  Vector weighted = ones[16];
  for (unsigned bit = 0; bit < 16; ++bit) weighted = add(weighted, shift_left(ones[bit], bit));
  return sum_of(weighted);
}

/// With a = bits and s = negative: |e| = a + s, e = a - s (2 a + 1), e^2 = a^2 + s (2 a + 1).
BlockSums error_moments(const ErrorBlock& block) {
  Vector magnitude = zero(), negative_magnitude = zero(), squares = zero(), negatives = zero();
  for (std::size_t word = 0; word < kBlockWords; word += 8) {
    const Difference d = difference(block, word);
    negatives = add(negatives, count_ones(d.negative));
    for (unsigned i = 0; i < 16; ++i) {
      if (is_zero(d.bits[i])) continue;
      const Vector ones = count_ones(d.bits[i]);
      magnitude = add(magnitude, shift_left(ones, i));
      squares = add(squares, shift_left(ones, 2 * i));
      negative_magnitude = add(negative_magnitude, shift_left(count_ones(and_(d.bits[i], d.negative)), i));
      for (unsigned j = 0; j < i; ++j)
        squares = add(squares, shift_left(count_ones(and_(d.bits[i], d.bits[j])), i + j + 1));
    }
  }
  const std::uint64_t a = sum_of(magnitude), sa = sum_of(negative_magnitude), s = sum_of(negatives);
  return {a + s, static_cast<std::int64_t>(a) - static_cast<std::int64_t>(2 * sa + s), sum_of(squares) + 2 * sa + s};
}

BlockSums weighted_moments(const ErrorBlock& block, const std::uint32_t* weights) {
  BlockSums sums;
  for (std::size_t word = 0; word < kBlockWords; word += 8) {
    const Difference d = difference(block, word);
    std::uint64_t planes[17][8];
    for (std::size_t bit = 0; bit < 16; ++bit) store(planes[bit], d.bits[bit]);
    store(planes[16], d.negative);
    for (std::size_t n = 0; n < 8; ++n) add_weighted(planes, n, weights + (word + n) * 64, sums);
  }
  return sums;
}

bool any_product(const ErrorBlock& block, const std::uint64_t* pairs) {
  for (std::size_t word = 0; word < kBlockWords; word += 8) {
    Vector any = zero();
    for (std::size_t bit = 0; bit < 16; ++bit)
      any = or_(any, load(block.values + block.product[bit] * kBlockWords + word));
    if (!is_zero(and_(any, load(pairs + word)))) return true;
  }
  return false;
}

/// Reads a waveform event by event.
class Cursor {
 public:
  Cursor(const Waveform& waveform, const std::uint64_t* planes)
      : times_{waveform.times[0], waveform.times[1]}, plane_(planes + waveform.offset * kPassWords) {}
  /// The plane from `time` on; times come in ascending order.
  Vector at(int time) {
    plane_ += ((times_[time >> 6] >> (time & 63)) & 1) * kPassWords;
    return load(plane_);
  }
  Vector before() const { return load(plane_); }

 private:
  std::uint64_t times_[2];
  const std::uint64_t* plane_;
};

/// The values a gate's function takes when its inputs change.
struct Trace {
  Vector first;  ///< Before time 0.
  Vector values[kTimeSteps];
  int times[kTimeSteps];
  int count = 0;
};

/// What one timed simulation writes to.
struct TimedState {
  std::uint64_t* planes;
  Waveform* waveforms;
  std::uint32_t used = 0;  ///< Planes written.
  std::uint64_t energy = 0;
};

inline std::uint32_t append(TimedState& state, Vector plane) {
  store(state.planes + state.used * kPassWords, plane);
  return state.used++;
}

template <class Function>
inline void evaluate(const TimedStep& step, const TimedState& state, Function&& function, Trace& trace) {
  const Waveform& wa = state.waveforms[step.inputs[0]];
  const Waveform& wb = state.waveforms[step.inputs[1]];
  const Waveform& wc = state.waveforms[step.inputs[2]];
  const Waveform& wd = state.waveforms[step.inputs[3]];
  Cursor a{wa, state.planes}, b{wb, state.planes}, c{wc, state.planes}, d{wd, state.planes};
  Vector last = trace.first = function(a.before(), b.before(), c.before(), d.before());
  trace.count = 0;
  for (int half = 0; half < 2; ++half) {
    for (std::uint64_t times = wa.times[half] | wb.times[half] | wc.times[half] | wd.times[half]; times != 0;
         times &= times - 1) {
      const int time = 64 * half + __builtin_ctzll(times);
      const Vector value = function(a.at(time), b.at(time), c.at(time), d.at(time));
      if (equal(value, last)) continue;
      trace.values[trace.count] = last = value;
      trace.times[trace.count++] = time;
    }
  }
}

/// Turns a trace into the output's waveform: a value reaches the output after `delay` unless it changes before then
/// (inertial delay). Returns false if an event falls beyond the horizon.
inline bool emit(const Trace& trace, int delay, std::uint64_t energy, TimedState& state, Waveform& waveform) {
  waveform.offset = append(state, trace.first);
  waveform.times[0] = waveform.times[1] = 0;
  Vector output = trace.first, toggles = zero();
  for (int k = 0; k < trace.count; ++k) {
    const int time = trace.times[k] + delay;
    Vector unstable = zero();
    for (int later = k + 1; later < trace.count && trace.times[later] < time; ++later)
      unstable = or_(unstable, xor_(trace.values[later], trace.values[k]));
    const Vector next = select(unstable, output, trace.values[k]);
    if (equal(next, output)) continue;
    if (time >= kTimeSteps) return false;
    toggles = add(toggles, count_ones(xor_(next, output)));
    waveform.times[time >> 6] |= 1ull << (time & 63);
    append(state, next);
    output = next;
  }
  state.energy += sum_of(toggles) * energy;
  return true;
}

/// Constants and operand bits; the latter change at time 0.
inline void start(const TimedProgram& program, const std::uint64_t* before, const std::uint64_t* after,
                  TimedState& state) {
  state.waveforms[kConstantZero] = {append(state, zero()), {0, 0}};
  state.waveforms[kConstantOne] = {append(state, not_(zero())), {0, 0}};
  for (std::size_t bit = 0; bit < 16; ++bit) {
    const Vector old_value = load(before + bit * kPassWords), new_value = load(after + bit * kPassWords);
    state.energy += sum_of(count_ones(xor_(old_value, new_value))) * program.input_energy[bit];
    state.waveforms[2 + bit] = {append(state, old_value), {1, 0}};
    append(state, new_value);
  }
}

std::uint64_t timed_energy(const TimedProgram& program, const std::uint64_t* before, const std::uint64_t* after,
                           std::uint64_t limit, std::uint64_t* planes, Waveform* waveforms) {
  TimedState state{planes, waveforms};
  start(program, before, after, state);
  Trace trace;
  for (const TimedStep* step = program.steps; step != program.steps + program.count; ++step) {
    bool in_time = true;
    dispatch(step->kind, [&](std::size_t which, auto function) {
      evaluate(*step, state, function, trace);
      in_time &= emit(trace, step->delay[which], step->energy[which], state, waveforms[step->output + which]);
    });
    if (!in_time || state.energy > limit) return kOverLimit;
  }
  return state.energy;
}

std::uint64_t zero_delay_energy(const TimedProgram& program, const std::uint64_t* before, const std::uint64_t* after,
                                std::uint64_t* values) {
  const auto plane = [values](std::size_t slot) { return values + 2 * slot * kPassWords; };
  std::uint64_t energy = 0;
  for (std::size_t n = 0; n < 2; ++n) {
    store(plane(kConstantZero) + n * kPassWords, zero());
    store(plane(kConstantOne) + n * kPassWords, not_(zero()));
  }
  for (std::size_t bit = 0; bit < 16; ++bit) {
    const Vector old_value = load(before + bit * kPassWords), new_value = load(after + bit * kPassWords);
    store(plane(2 + bit), old_value);
    store(plane(2 + bit) + kPassWords, new_value);
    energy += sum_of(count_ones(xor_(old_value, new_value))) * program.input_energy[bit];
  }
  for (const TimedStep* step = program.steps; step != program.steps + program.count; ++step) {
    dispatch(step->kind, [&](std::size_t which, auto function) {
      Vector value[2];
      for (std::size_t n = 0; n < 2; ++n) {
        const auto input = [&](std::size_t k) { return load(plane(step->inputs[k]) + n * kPassWords); };
        value[n] = function(input(0), input(1), input(2), input(3));
        store(plane(step->output + which) + n * kPassWords, value[n]);
      }
      energy += sum_of(count_ones(xor_(value[0], value[1]))) * step->energy[which];
    });
  }
  return energy;
}
