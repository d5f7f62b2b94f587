#include "base/sha256.h"

#include <fmt/core.h>

#ifdef __x86_64__
#include <cpuid.h>
#include <immintrin.h>
#endif

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace pyrunner {
namespace {

constexpr std::size_t kBlock = 64;
constexpr std::size_t kLength = 8;  // bytes of the length at the end

constexpr std::array<std::uint32_t, 64> kRound = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

using State = std::array<std::uint32_t, 8>;

std::uint32_t BigEndian(const char* bytes) {
  std::uint32_t word = 0;
  for (int i = 0; i < 4; ++i) word = word << 8 | static_cast<unsigned char>(bytes[i]);
  return word;
}

// Plain arrays and a ring of 16 words: checked indices would take more than the digest.
// NOLINTBEGIN(cppcoreguidelines-avoid-c-arrays,modernize-avoid-c-arrays)
void Digest(State& state, const char* block) {
  constexpr unsigned kRing = 16;
  std::uint32_t w[kRing];
  for (unsigned i = 0; i < kRing; ++i) w[i] = BigEndian(block + 4 * i);
  auto [a, b, c, d, e, f, g, h] = state;
  const std::uint32_t* constants = kRound.data();
  for (unsigned i = 0; i < kRound.size(); ++i) {
    std::uint32_t& word = w[i % kRing];
    if (i >= kRing) {
      const std::uint32_t x = w[(i + 1) % kRing];
      const std::uint32_t y = w[(i + 14) % kRing];
      word += (std::rotr(x, 7) ^ std::rotr(x, 18) ^ x >> 3) + w[(i + 9) % kRing] +
              (std::rotr(y, 17) ^ std::rotr(y, 19) ^ y >> 10);
    }
    const std::uint32_t first = h + (std::rotr(e, 6) ^ std::rotr(e, 11) ^ std::rotr(e, 25)) +
                                ((e & f) ^ (~e & g)) + constants[i] + word;
    const std::uint32_t second =
        (std::rotr(a, 2) ^ std::rotr(a, 13) ^ std::rotr(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
    h = g;
    g = f;
    f = e;
    e = d + first;
    d = c;
    c = b;
    b = a;
    a = first + second;
  }
  const State worked = {a, b, c, d, e, f, g, h};
  for (std::size_t i = 0; i < state.size(); ++i) state[i] += worked[i];
}
// NOLINTEND(cppcoreguidelines-avoid-c-arrays,modernize-avoid-c-arrays)

#ifdef __x86_64__

/// Whether the processor has instructions for it (Intel's manual, volume 2, CPUID).
bool HasInstructions() {
  unsigned a = 0;
  unsigned b = 0;
  unsigned c = 0;
  unsigned d = 0;
  if (__get_cpuid(1, &a, &b, &c, &d) == 0) return false;
  const bool vectors = (c & bit_SSSE3) != 0 && (c & bit_SSE4_1) != 0;
  if (__get_cpuid_count(7, 0, &a, &b, &c, &d) == 0) return false;
  return vectors && (b & bit_SHA) != 0;
}

/// The same as Digest. They take the state as ABEF and CDGH, and make four rounds' words at a time.
__attribute__((target("sha,sse4.1,ssse3"))) void DigestByInstructions(State& state,
                                                                      const char* block) {
  const auto load = [](const void* from) {
    return _mm_loadu_si128(static_cast<const __m128i*>(from));
  };
  const __m128i big_endian = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
  const __m128i cdab = _mm_shuffle_epi32(load(state.data()), 0xb1);
  const __m128i efgh = _mm_shuffle_epi32(load(state.data() + 4), 0x1b);
  const __m128i abef_before = _mm_alignr_epi8(cdab, efgh, 8);
  const __m128i cdgh_before = _mm_blend_epi16(efgh, cdab, 0xf0);
  __m128i abef = abef_before;
  __m128i cdgh = cdgh_before;
  __m128i w[4];  // NOLINT(*-avoid-c-arrays): of vectors std::array drops attributes
  for (unsigned i = 0; i < kRound.size() / 4; ++i) {
    __m128i& word = w[i % 4];
    if (i < 4) {
      word = _mm_shuffle_epi8(load(block + std::size_t{16} * i), big_endian);
    } else {
      const __m128i last = w[(i + 3) % 4];
      const __m128i sum = _mm_add_epi32(_mm_sha256msg1_epu32(word, w[(i + 1) % 4]),
                                        _mm_alignr_epi8(last, w[(i + 2) % 4], 4));
      word = _mm_sha256msg2_epu32(sum, last);
    }
    const __m128i two = _mm_add_epi32(word, load(kRound.data() + std::size_t{4} * i));
    cdgh = _mm_sha256rnds2_epu32(cdgh, abef, two);
    abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32(two, 0x0e));
  }
  const __m128i feba = _mm_shuffle_epi32(_mm_add_epi32(abef, abef_before), 0x1b);
  const __m128i dchg = _mm_shuffle_epi32(_mm_add_epi32(cdgh, cdgh_before), 0xb1);
  const auto store = [](std::uint32_t* to, __m128i value) {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to), value);
  };
  store(state.data(), _mm_blend_epi16(feba, dchg, 0xf0));
  store(state.data() + 4, _mm_alignr_epi8(dchg, feba, 8));
}

#endif

using DigestFunction = void (*)(State&, const char*);

DigestFunction FastestDigest() {
#ifdef __x86_64__
  static const bool by_instructions = HasInstructions();
  if (by_instructions) return DigestByInstructions;
#endif
  return Digest;
}

std::string Sha256With(DigestFunction digest, std::string_view data) {
  State state = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  const std::uint64_t bits = std::uint64_t{data.size()} * 8;
  for (; data.size() >= kBlock; data.remove_prefix(kBlock)) digest(state, data.data());
  std::string padded(data);
  padded += '\x80';
  while (padded.size() % kBlock != kBlock - kLength) padded += '\0';
  for (int shift = 56; shift >= 0; shift -= 8) padded += static_cast<char>(bits >> shift & 0xff);
  for (std::size_t at = 0; at < padded.size(); at += kBlock) digest(state, padded.data() + at);
  std::string text;
  for (const std::uint32_t word : state) text += fmt::format("{:08x}", word);
  return text;
}

}  // namespace

std::string Sha256(std::string_view data) { return Sha256With(FastestDigest(), data); }

std::string PortableSha256(std::string_view data) { return Sha256With(Digest, data); }

}  // namespace pyrunner
