#include <dirent.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <memory>
#include <string>

#include "telemetry/status_metrics.h"

namespace pyrunner::telemetry {
namespace {

double Seconds(const timeval& time) {
  constexpr double kMicro = 1e-6;
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * kMicro;
}

/// How many entries /proc/self/fd has, but for the one that it takes to look.
int CountOpenFiles() {
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir("/proc/self/fd"), ::closedir);
  if (!folder) return -1;
  int count = 0;
  while (const dirent* entry = ::readdir(folder.get())) {
    if (entry->d_name[0] != '.') ++count;
  }
  return count - 1;
}

/// When this process began, in seconds since 1970: its 22nd field (proc(5)) counts from the boot.
double StartTime() {
  constexpr int kFieldsBefore = 19;  // behind the command's name, which may hold anything
  std::ifstream own("/proc/self/stat");
  std::string text;
  std::getline(own, text);
  std::size_t at = text.rfind(')');
  for (int i = 0; i <= kFieldsBefore && at != std::string::npos; ++i) at = text.find(' ', at + 1);
  double boot = 0;
  std::ifstream all("/proc/stat");
  for (std::string line; std::getline(all, line);) {
    if (line.starts_with("btime ")) boot = std::strtod(line.c_str() + 6, nullptr);
  }
  if (at == std::string::npos || boot == 0) return 0;
  return boot +
         std::strtod(text.c_str() + at, nullptr) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

}  // namespace

void AppendProcess(Families& families) {
  rusage usage{};
  if (::getrusage(RUSAGE_SELF, &usage) == 0) {
    AppendCounter(families, "process_cpu_seconds_total",
                  "Processor time of the gateway, without zygotes and programs",
                  Seconds(usage.ru_utime) + Seconds(usage.ru_stime));
  }
  std::uint64_t pages = 0;
  std::uint64_t resident = 0;
  if (std::ifstream("/proc/self/statm") >> pages >> resident) {
    const auto page = static_cast<double>(::sysconf(_SC_PAGESIZE));
    AppendGauge(families, "process_resident_memory_bytes", "Memory of the gateway",
                static_cast<double>(resident) * page);
    AppendGauge(families, "process_virtual_memory_bytes", "Address space of the gateway",
                static_cast<double>(pages) * page);
  }
  if (const int open = CountOpenFiles(); open >= 0) {
    AppendGauge(families, "process_open_fds", "Descriptors that the gateway has open", open);
  }
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    AppendGauge(families, "process_max_fds", "Descriptors that it may have open",
                static_cast<double>(limit.rlim_cur));
  }
  if (const double start = StartTime(); start > 0) {
    AppendGauge(families, "process_start_time_seconds", "When it started, in seconds since 1970",
                start);
  }
}

}  // namespace pyrunner::telemetry
