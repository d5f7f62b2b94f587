// Fuzzes what is read of API keys: the headers of a request, by anybody, and the keys file.
// Whatever comes in, only the one valid key lets somebody in, and a file that is accepted survives
// being written and read again.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include "access/gate.h"
#include "access/key_record.h"
#include "access/key_text.h"
#include "base/sha256.h"

namespace {

using pyrunner::access::KeyRecords;

constexpr std::string_view kKey = "pyr_0123456789_abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQ";

// abort() rather than assert(): the oracle must hold in builds with NDEBUG too.
void Require(bool holds) {
  if (!holds) std::abort();
}

pyrunner::access::Gate MakeGate() {
  pyrunner::access::Gate gate([](const pyrunner::http::Request&) { return false; });
  KeyRecords records(1);
  records[0].name = "ada";
  records[0].id = pyrunner::access::IdOf(kKey);
  records[0].digest = pyrunner::Sha256(kKey);
  gate.SetKeys(std::make_shared<const pyrunner::access::KeyRing>(
      records, pyrunner::access::KeyRing(), pyrunner::SteadyClock::time_point()));
  return gate;
}

void CheckHeaders(std::string_view text) {
  static const pyrunner::access::Gate gate = MakeGate();
  const std::size_t cut = text.find('\n');
  pyrunner::http::Request request;
  request.headers.emplace_back("authorization", text.substr(0, cut));
  if (cut != std::string_view::npos) {
    request.headers.emplace_back("x-api-key", text.substr(cut + 1));
  }
  const auto answer = gate.Authorize(request);
  if (answer) {
    Require(*answer != nullptr && (*answer)->name == "ada");
    Require(text.find(kKey) != std::string_view::npos);
    return;
  }
  Require(answer.error().status == 401 || answer.error().status == 400);
}

void CheckFile(std::string_view text) {
  const auto records = pyrunner::access::ParseKeys(text, "keys.toml");
  if (!records) {
    Require(!records.error().message.empty());
    return;
  }
  const auto again =
      pyrunner::access::ParseKeys(pyrunner::access::FormatKeys(*records), "keys.toml");
  Require(again && again->size() == records->size());
  for (std::size_t i = 0; i < records->size(); ++i) {
    Require((*again)[i].id == (*records)[i].id && (*again)[i].name == (*records)[i].name);
    Require((*again)[i].digest == (*records)[i].digest);
    Require((*again)[i].quota == (*records)[i].quota);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  CheckHeaders(text);
  CheckFile(text);
  return 0;
}
