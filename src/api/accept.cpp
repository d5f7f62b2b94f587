#include "api/accept.h"

#include <algorithm>

#include "http/framing.h"

namespace pyrunner::api {
namespace {

using http::EqualsIgnoringCase;

std::string_view Trim(std::string_view text) {
  constexpr std::string_view kBlank = " \t";
  text.remove_prefix(std::min(text.find_first_not_of(kBlank), text.size()));
  return text.substr(0, text.find_last_not_of(kBlank) + 1);
}

/// Takes what stands before the next `separator` off the front.
std::string_view TakeUpTo(char separator, std::string_view& rest) {
  const std::size_t end = std::min(rest.find(separator), rest.size());
  const std::string_view piece = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return Trim(piece);
}

/// Calls `visit` with each element of the lists in all fields of this (lower case) name.
template <typename Visit>
void ForEachElement(const http::Request& request, std::string_view name, Visit visit) {
  for (const auto& [key, value] : request.headers) {
    if (key != name) continue;
    std::string_view rest = value;
    while (!rest.empty()) {
      const std::string_view element = TakeUpTo(',', rest);
      if (!element.empty()) visit(element);
    }
  }
}

/// Thousandths, as RFC 9110 12.4.2 writes them; a weight that is none is 0.
int ReadWeight(std::string_view text) {
  constexpr int kOne = 1000;
  if (text.empty() || text.size() > 5 || (text.front() != '0' && text.front() != '1')) return 0;
  int weight = (text.front() - '0') * kOne;
  if (text.size() > 1 && text[1] != '.') return 0;
  int unit = kOne / 10;
  for (const char c : text.substr(std::min<std::size_t>(2, text.size()))) {
    if (c < '0' || c > '9') return 0;
    weight += (c - '0') * unit;
    unit /= 10;
  }
  return std::min(weight, kOne);
}

struct Weighed {
  std::string_view name;
  int weight = 1000;
  bool has_parameters = false;  // other than the weight
};

Weighed ReadWeighed(std::string_view element) {
  Weighed result;
  result.name = TakeUpTo(';', element);
  while (!element.empty()) {
    std::string_view parameter = TakeUpTo(';', element);
    const std::string_view key = TakeUpTo('=', parameter);
    if (EqualsIgnoringCase(key, "q")) {
      result.weight = ReadWeight(Trim(parameter));
    } else {
      result.has_parameters = true;
    }
  }
  return result;
}

/// The weight of a media type, whose most specific range counts.
int WeightOf(const http::Request& request, std::string_view type, std::string_view family) {
  int best = 0;
  int weight = 0;
  ForEachElement(request, "accept", [&](std::string_view element) {
    const Weighed range = ReadWeighed(element);
    const int specific = EqualsIgnoringCase(range.name, type)     ? 3
                         : EqualsIgnoringCase(range.name, family) ? 2
                         : range.name == "*/*"                    ? 1
                                                                  : 0;
    // text/html;level=1 is another thing than what we have.
    if (specific == 0 || range.has_parameters) return;
    if (specific > best || (specific == best && range.weight > weight)) weight = range.weight;
    best = std::max(best, specific);
  });
  return weight;
}

}  // namespace

bool PrefersHtml(const http::Request& request) {
  return WeightOf(request, "text/html", "text/*") >
         WeightOf(request, "application/json", "application/*");
}

bool AcceptsGzip(const http::Request& request) {
  int named = -1;
  int any = 0;
  ForEachElement(request, "accept-encoding", [&](std::string_view element) {
    const Weighed coding = ReadWeighed(element);
    if (EqualsIgnoringCase(coding.name, "gzip")) named = std::max(named, coding.weight);
    if (coding.name == "*") any = coding.weight;
  });
  return named >= 0 ? named > 0 : any > 0;
}

bool HasTag(const http::Request& request, std::string_view tag) {
  bool found = false;
  ForEachElement(request, "if-none-match", [&](std::string_view element) {
    if (element.starts_with("W/")) element.remove_prefix(2);
    found |= element == tag || element == "*";
  });
  return found;
}

}  // namespace pyrunner::api
