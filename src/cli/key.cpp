#include "cli/key.h"

#include <fmt/chrono.h>
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "access/key_file.h"
#include "access/key_record.h"
#include "access/key_text.h"
#include "base/sha256.h"
#include "cli/arguments.h"
#include "cli/command_line.h"
#include "cli/exit_codes.h"
#include "cli/settings.h"

namespace pyrunner::cli {
namespace {

/// What all of the sub-commands have: the file, and what else is set.
struct KeyCommand {
  std::string file;
  Settings settings;
};

std::unique_ptr<CLI::App> AppOf(KeyCommand& command, const char* description, const char* name) {
  auto app = std::make_unique<CLI::App>(description, name);
  app->add_option("--keys-file", command.file, "The file of the keys, as of `pyrunner serve`")
      ->type_name("FILE");
  return app;
}

struct AddCommand : KeyCommand {
  access::KeyRecord record;
  std::int64_t max_timeout = 0;
};

std::unique_ptr<CLI::App> AppOf(AddCommand& command) {
  auto app = AppOf(command, "Makes an API key and prints it, once.", "pyrunner key add");
  Quota& quota = command.record.quota;
  app->add_option("NAME", command.record.name, "Who the key is for")->required()->type_name("");
  app->add_option("--rate", quota.rate, "Programs per second, two seconds' worth of them at once")
      ->check(CLI::PositiveNumber)
      ->type_name("PER_SECOND");
  app->add_option("--max-running", quota.max_running, "Programs at once; more wait in the queue")
      ->check(CLI::PositiveNumber)
      ->type_name("N");
  app->add_option("--max-timeout", command.max_timeout, "Seconds that a program may ask for")
      ->check(CLI::PositiveNumber)
      ->type_name("SECONDS");
  app->add_option("--max-memory-mb", quota.max_memory_mb,
                  "MiB of memory that a program may ask for")
      ->check(CLI::PositiveNumber)
      ->type_name("MIB");
  app->add_option("--policies", quota.policies, "Policies, with commas, whose APIs it may use")
      ->delimiter(',')
      ->type_name("NAMES");
  return app;
}

struct ListCommand : KeyCommand {
  bool json = false;
};

std::unique_ptr<CLI::App> AppOf(ListCommand& command) {
  auto app = AppOf(command, "Tells what API keys there are; the keys themselves are nowhere.",
                   "pyrunner key list");
  app->add_flag("--json", command.json, "As JSON");
  return app;
}

struct RevokeCommand : KeyCommand {
  std::string name;
};

std::unique_ptr<CLI::App> AppOf(RevokeCommand& command) {
  auto app =
      AppOf(command, "Takes a key out of the file; a service that runs notices within seconds.",
            "pyrunner key revoke");
  app->add_option("NAME", command.name, "The key's name")->required()->type_name("");
  return app;
}

/// Reads the arguments and the settings. What is returned ends the program.
template <typename Command>
std::optional<int> Read(Command& command, int argc, const char* const* argv) {
  const auto help = ParseArguments(*AppOf(command), argc, argv);
  if (!help) return Complain(kUsageError, help.error().message);
  if (*help) {
    std::fputs((*help)->c_str(), stdout);
    return 0;
  }
  auto settings = ReadSettings("");
  if (!settings) return Complain(kUsageError, settings.error().message);
  command.settings = std::move(*settings);
  if (command.file.empty()) command.file = command.settings.keys_file;
  return std::nullopt;
}

bool NameIs(const access::KeyRecord& record, std::string_view name) { return record.name == name; }

void NoteUnknownPolicies(const Settings& settings, const Quota& quota) {
  for (const std::string& policy : quota.policies) {
    if (FindPolicy(settings, policy) != nullptr) continue;
    std::fprintf(stderr,
                 "note: no policy '%s' is known here; the service's own file may define it\n",
                 policy.c_str());
  }
}

}  // namespace

int AddKey(int argc, const char* const* argv) {
  AddCommand command;
  if (const auto done = Read(command, argc, argv)) return *done;
  access::KeyRecord& record = command.record;
  Quota& quota = record.quota;
  quota.max_timeout = std::chrono::seconds(command.max_timeout);
  if (!access::IsKeyName(record.name)) {
    return Complain(kUsageError,
                    "key add: a name has 1 to 64 letters, digits, '-' and '_', and begins with a "
                    "letter or digit");
  }
  if (Status checked = access::CheckQuota(quota); !checked) {
    return Complain(kUsageError, "key add: " + checked.error().message);
  }
  const auto key = access::MakeKey();
  if (!key) return Complain(kFailure, key.error().message);
  record.id = access::IdOf(*key);
  record.digest = Sha256(*key);
  const auto now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  record.created = fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(now));
  const Status added =
      access::ChangeKeyFile(command.file, [&](access::KeyRecords& records) -> Status {
        for (const access::KeyRecord& other : records) {
          if (NameIs(other, record.name)) {
            return Failure(fmt::format(
                "{}: there is a key '{}' already; revoke it first, or take another name",
                command.file, record.name));
          }
        }
        records.push_back(record);
        return {};
      });
  if (!added) return Complain(kFailure, added.error().message);
  NoteUnknownPolicies(command.settings, quota);
  // The key alone on standard output, so that a script can take it.
  std::printf("%s\n", key->c_str());
  std::fprintf(stderr,
               "key '%s' is stored in %s, by its hash only: this is the one time that it is "
               "shown.\nSend it as `Authorization: Bearer KEY` or `X-Api-Key: KEY`.\n",
               record.name.c_str(), command.file.c_str());
  return 0;
}

CommandManual ManualOfKeyAdd() {
  AddCommand command;
  return ManualOf(*AppOf(command));
}

namespace {

std::string DescribeQuota(const Quota& quota) {
  std::string text;
  const auto add = [&](const std::string& part) { text += (text.empty() ? "" : ", ") + part; };
  if (quota.rate != 0) add(fmt::format("{} per second", quota.rate));
  if (quota.max_running != 0) add(fmt::format("{} at once", quota.max_running));
  if (quota.max_timeout.count() != 0) add(fmt::format("{} s", quota.max_timeout.count()));
  if (quota.max_memory_mb != 0) add(fmt::format("{} MB", quota.max_memory_mb));
  std::string policies;
  for (const std::string& policy : quota.policies) {
    policies += (policies.empty() ? "" : " ") + policy;
  }
  if (!policies.empty()) add("policies " + policies);
  return text.empty() ? "no bounds of its own" : text;
}

nlohmann::ordered_json JsonOf(const access::KeyRecord& record) {
  const Quota& quota = record.quota;
  const auto or_null = [](auto value) {
    return value == 0 ? nlohmann::ordered_json(nullptr) : nlohmann::ordered_json(value);
  };
  return {{"name", record.name},
          {"id", record.id},
          {"created", record.created},
          {"rate", or_null(quota.rate)},
          {"max_running", or_null(quota.max_running)},
          {"max_timeout", or_null(quota.max_timeout.count())},
          {"max_memory_mb", or_null(quota.max_memory_mb)},
          {"policies", quota.policies.empty() ? nlohmann::ordered_json(nullptr)
                                              : nlohmann::ordered_json(quota.policies)}};
}

}  // namespace

int ListKeys(int argc, const char* const* argv) {
  ListCommand command;
  if (const auto done = Read(command, argc, argv)) return *done;
  auto records = access::ReadKeyFile(command.file);
  if (!records) {
    if (records.error().code != ENOENT) return Complain(kFailure, records.error().message);
    records = access::KeyRecords();
  }
  if (command.json) {
    auto list = nlohmann::ordered_json::array();
    for (const access::KeyRecord& record : *records) list.push_back(JsonOf(record));
    std::printf("%s\n", list.dump(2).c_str());
    return 0;
  }
  if (records->empty()) std::fprintf(stderr, "there is no key in %s\n", command.file.c_str());
  std::size_t width = 0;
  for (const access::KeyRecord& record : *records) width = std::max(width, record.name.size());
  for (const access::KeyRecord& record : *records) {
    fmt::print("{:<{}}  pyr_{}...  {:<20}  {}\n", record.name, width, record.id, record.created,
               DescribeQuota(record.quota));
  }
  return 0;
}

CommandManual ManualOfKeyList() {
  ListCommand command;
  return ManualOf(*AppOf(command));
}

int RevokeKey(int argc, const char* const* argv) {
  RevokeCommand command;
  if (const auto done = Read(command, argc, argv)) return *done;
  const std::string& name = command.name;
  const Status revoked =
      access::ChangeKeyFile(command.file, [&](access::KeyRecords& records) -> Status {
        const auto is_it = [&](const auto& record) { return NameIs(record, name); };
        if (std::erase_if(records, is_it) > 0) return {};
        return Failure(command.file +
                       ": there is no key of this name; `pyrunner key list` has the names");
      });
  if (!revoked) return Complain(kFailure, revoked.error().message);
  std::fprintf(stderr, "key '%s' is revoked\n", name.c_str());
  return 0;
}

CommandManual ManualOfKeyRevoke() {
  RevokeCommand command;
  return ManualOf(*AppOf(command));
}

}  // namespace pyrunner::cli
