#include "engine/outcome.h"

namespace pyrunner {

std::string_view NameOf(Ending ending) {
  switch (ending) {
    case Ending::kExited:
      return "exited";
    case Ending::kRefused:
      return "refused";
    case Ending::kTimedOut:
      return "timeout";
    case Ending::kMemoryExceeded:
      return "memory_exceeded";
    case Ending::kOutputExceeded:
      return "output_exceeded";
    case Ending::kResultExceeded:
      return "result_exceeded";
    case Ending::kCpuExceeded:
      return "cpu_exceeded";
    case Ending::kViolation:
      return "violation";
    case Ending::kCrashed:
      return "crashed";
    case Ending::kCancelled:
      return "cancelled";
  }
  return "";
}

}  // namespace pyrunner
