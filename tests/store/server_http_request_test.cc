// What a client may write, and how a mistake is answered: with the status and the name of the field.
#include "store/server/http_request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "store/base64url.h"
#include "store/describe.h"
#include "store/server/json_text.h"

namespace fracas::store {
namespace {

constexpr std::int64_t limit = 64;

HttpRequest sound(std::string_view method, std::string_view target, std::string_view body = {}) {
  auto request = parse_request({method, target, "token", body}, limit);
  if (!request) throw std::runtime_error(request.error().field + ": " + request.error().message);
  return *std::move(request);
}

struct Refused {
  unsigned status = 0;
  std::string field;
  bool operator==(const Refused&) const = default;
};
std::ostream& operator<<(std::ostream& out, const Refused& refused) {
  return out << refused.status << " " << refused.field;
}

Refused refused(std::string_view method, std::string_view target, std::string_view body = {}) {
  auto request = parse_request({method, target, {}, body}, limit);
  return request ? Refused{} : Refused{request.error().status, request.error().field};
}

TEST(HttpRequest, takes_a_get_apart) {
  const ClientRequest request = sound("GET", "/kv/a%2Fb%C3%A9?r=1&n=3&timeout=250").client;
  EXPECT_EQ(request.verb, Verb::get);
  EXPECT_EQ(request.key, "a/b\xC3\xA9");
  EXPECT_EQ(request.r, 1);
  EXPECT_EQ(request.n, 3);
  EXPECT_EQ(request.w, std::nullopt);
  EXPECT_EQ(request.timeout_ns, 250'000'000);
  EXPECT_EQ(request.context, "token");
}

TEST(HttpRequest, takes_a_put_and_a_delete_apart) {
  const ClientRequest put = sound("PUT", "/kv/k?w=2", R"( {"value" : [1, {"a": "b c"} ] } )").client;
  EXPECT_EQ(put.verb, Verb::put);
  EXPECT_EQ(put.value, R"([1,{"a":"b c"}])");
  EXPECT_EQ(put.w, 2);
  EXPECT_EQ(put.r, std::nullopt);
  EXPECT_EQ(sound("DELETE", "/kv/k").client.verb, Verb::remove);
  EXPECT_EQ(sound("PUT", "/kv/k", R"({"value":null})").client.value, "null");
}

TEST(HttpRequest, knows_the_inspection_paths) {
  EXPECT_EQ(sound("GET", "/status").route, HttpRequest::Route::status);
  EXPECT_EQ(sound("GET", "/metrics").route, HttpRequest::Route::metrics);
  EXPECT_EQ(sound("GET", "/health").route, HttpRequest::Route::health);
  EXPECT_EQ(sound("GET", "/ring").route, HttpRequest::Route::ring);
  EXPECT_EQ(sound("GET", "/divergences").route, HttpRequest::Route::divergences);
  EXPECT_EQ(sound("GET", "/merkle").merkle.partition, std::nullopt);
  const HttpRequest bucket = sound("GET", "/merkle?partition=7&bucket=12");
  EXPECT_EQ(bucket.route, HttpRequest::Route::merkle);
  EXPECT_EQ(bucket.merkle.partition, 7);
  EXPECT_EQ(bucket.merkle.bucket, 12);
  EXPECT_EQ(sound("GET", "/merkle?peer=n2").merkle.peer, "n2");
  EXPECT_EQ(refused("GET", "/merkle?partition=x"), (Refused{400, "partition"}));
  EXPECT_EQ(refused("GET", "/merkle?root=1"), (Refused{400, "root"}));
  EXPECT_EQ(refused("GET", "/ring?n=1"), (Refused{400, "n"}));
  EXPECT_EQ(sound("GET", "/replica").route, HttpRequest::Route::replica);
  EXPECT_EQ(sound("GET", "/replica/k%20y").key, "k y");
  EXPECT_EQ(sound("GET", "/hints").route, HttpRequest::Route::hints);
  EXPECT_EQ(sound("GET", "/preference-list/k%20y").route, HttpRequest::Route::preference_list);
  EXPECT_EQ(sound("GET", "/preference-list/k%20y").key, "k y");
}

TEST(HttpRequest, of_one_copy_takes_a_value_or_a_state) {
  EXPECT_FALSE(sound("GET", "/kv/k").client.of_copy);
  EXPECT_TRUE(sound("GET", "/copy/k%20y").client.of_copy);
  EXPECT_EQ(sound("GET", "/copy/k%20y").client.key, "k y");
  EXPECT_EQ(sound("PUT", "/copy/k", R"({"value":1})").client.value, "1");
  std::string state;
  encode(KeyState(LwwCell{Stamp{1, {}, 1}, R"({"a":1})"}), state);
  const std::string body = R"({"state":")" + to_base64url(state) + R"("})";
  EXPECT_EQ(sound("PUT", "/copy/k", body).client.state, state);
  EXPECT_EQ(refused("PUT", "/kv/k", body), (Refused{400, "state"}));
}

TEST(HttpRequest, refuses_states_that_are_damaged_or_hold_what_is_no_json) {
  EXPECT_EQ(refused("PUT", "/copy/k", R"({"state":"a b"})"), (Refused{400, "state"}));
  EXPECT_EQ(refused("PUT", "/copy/k", R"({"state":17})"), (Refused{400, "state"}));
  EXPECT_EQ(refused("PUT", "/copy/k", R"({"state":""})"), (Refused{400, "state"}));
  for (const char* value : {"1]", "nonsense", "\"", "[1, 2]"}) {
    std::string state;
    encode(KeyState(LwwCell{Stamp{1, {}, 1}, value}), state);
    EXPECT_EQ(refused("PUT", "/copy/k", R"({"state":")" + to_base64url(state) + R"("})"),
              (Refused{400, "state"}))
        << value;
  }
}

TEST(HttpRequest, takes_changes_of_the_ring_apart) {
  const HttpRequest join = sound("POST", "/ring?join=n6");
  EXPECT_EQ(join.route, HttpRequest::Route::change_ring);
  EXPECT_EQ(join.ring.kind, RingChange::Kind::join);
  EXPECT_EQ(join.ring.node, "n6");
  EXPECT_EQ(sound("POST", "/ring?leave=n1").ring.kind, RingChange::Kind::leave);
  EXPECT_EQ(sound("POST", "/ring?cancel").ring.kind, RingChange::Kind::cancel);
  const ChangeRing replace = sound("POST", "/ring?replace=n1&with=n6").ring;
  EXPECT_EQ(replace.kind, RingChange::Kind::replace);
  EXPECT_EQ(replace.node, "n1");
  EXPECT_EQ(replace.with, "n6");
}

TEST(HttpRequest, refuses_changes_of_the_ring_that_are_none) {
  EXPECT_EQ(refused("POST", "/ring"), (Refused{400, "query"}));
  EXPECT_EQ(refused("POST", "/ring?add=n6"), (Refused{400, "add"}));
  EXPECT_EQ(refused("POST", "/ring?join="), (Refused{400, "join"}));
  EXPECT_EQ(refused("POST", "/ring?cancel=n6"), (Refused{400, "cancel"}));
  EXPECT_EQ(refused("POST", "/ring?join=n6&leave=n1"), (Refused{400, "leave"}));
  EXPECT_EQ(refused("POST", "/ring?replace=n1"), (Refused{400, "with"}));
  EXPECT_EQ(refused("POST", "/ring?join=n6&with=n1"), (Refused{400, "with"}));
  EXPECT_EQ(refused("PUT", "/ring?join=n6"), (Refused{405, ""}));
}

TEST(HttpRequest, refuses_paths_and_methods_that_are_not_there) {
  EXPECT_EQ(refused("GET", "/"), (Refused{404, "path"}));
  EXPECT_EQ(refused("GET", "/kv"), (Refused{404, "path"}));
  EXPECT_EQ(refused("GET", "/statusx"), (Refused{404, "path"}));
  EXPECT_EQ(refused("POST", "/kv/k"), (Refused{405, ""}));
  EXPECT_EQ(refused("PUT", "/status"), (Refused{405, ""}));
  EXPECT_EQ(parse_request({"POST", "/kv/k", {}, {}}, limit).error().allow, "GET, PUT, DELETE");
  EXPECT_EQ(parse_request({"DELETE", "/metrics", {}, {}}, limit).error().allow, "GET");
}

TEST(HttpRequest, refuses_keys_that_are_none) {
  EXPECT_EQ(refused("GET", "/kv/"), (Refused{400, "key"}));
  EXPECT_EQ(refused("GET", "/kv/a/b"), (Refused{400, "key"}));
  EXPECT_EQ(refused("GET", "/kv/a%2"), (Refused{400, "key"}));
  EXPECT_EQ(refused("GET", "/kv/a%zz"), (Refused{400, "key"}));
  EXPECT_EQ(refused("GET", "/kv/%ff"), (Refused{400, "key"}));
  EXPECT_EQ(refused("GET", "/kv/" + std::string(max_key_bytes + 1, 'k')), (Refused{400, "key"}));
}

TEST(HttpRequest, refuses_queries_by_the_name_of_the_field) {
  EXPECT_EQ(refused("GET", "/kv/k?r=two"), (Refused{400, "r"}));
  EXPECT_EQ(refused("GET", "/kv/k?r="), (Refused{400, "r"}));
  EXPECT_EQ(refused("GET", "/kv/k?r"), (Refused{400, "r"}));
  EXPECT_EQ(refused("GET", "/kv/k?r=-1"), (Refused{400, "r"}));
  EXPECT_EQ(refused("GET", "/kv/k?r=2x"), (Refused{400, "r"}));
  EXPECT_EQ(refused("GET", "/kv/k?r=99999999999"), (Refused{400, "r"}));
  EXPECT_EQ(refused("GET", "/kv/k?r=1&r=1"), (Refused{400, "r"}));
  EXPECT_EQ(refused("GET", "/kv/k?w=1"), (Refused{400, "w"}));
  EXPECT_EQ(refused("DELETE", "/kv/k?r=1"), (Refused{400, "r"}));
  EXPECT_EQ(refused("GET", "/kv/k?n=all"), (Refused{400, "n"}));
  EXPECT_EQ(refused("GET", "/kv/k?timeout=0"), (Refused{400, "timeout"}));
  EXPECT_EQ(refused("GET", "/kv/k?timeout=1s"), (Refused{400, "timeout"}));
  EXPECT_EQ(refused("GET", "/kv/k?colour=red"), (Refused{400, "colour"}));
  EXPECT_EQ(refused("GET", "/status?verbose=1"), (Refused{400, "verbose"}));
}

TEST(HttpRequest, refuses_bodies_by_the_name_of_the_field) {
  EXPECT_EQ(refused("PUT", "/kv/k", ""), (Refused{400, "body"}));
  EXPECT_EQ(refused("PUT", "/kv/k", "{\"value\":1"), (Refused{400, "body"}));
  EXPECT_EQ(refused("PUT", "/kv/k", "{\"value\":1} x"), (Refused{400, "body"}));
  EXPECT_EQ(refused("PUT", "/kv/k", "{\"value\":\"\xff\"}"), (Refused{400, "body"}));
  EXPECT_EQ(refused("PUT", "/kv/k", "[1]"), (Refused{400, "body"}));
  EXPECT_EQ(refused("PUT", "/kv/k", "3"), (Refused{400, "body"}));
  EXPECT_EQ(refused("PUT", "/kv/k", "{}"), (Refused{400, "value"}));
  EXPECT_EQ(refused("PUT", "/kv/k", R"({"value":1,"value":2})"), (Refused{400, "value"}));
  EXPECT_EQ(refused("PUT", "/kv/k", R"({"value":1,"ttl":2})"), (Refused{400, "ttl"}));
  EXPECT_EQ(refused("PUT", "/kv/k", "{\"value\":" + std::string(200, '[') + std::string(200, ']') + "}"),
            (Refused{400, "value"}));
  EXPECT_EQ(refused("GET", "/kv/k", "{}"), (Refused{400, "body"}));
}

TEST(HttpRequest, takes_times_from_their_headers) {
  const auto request = parse_request({"PUT", "/kv/k", {}, R"({"value":1})", "1700000000000000", "42"}, limit);
  ASSERT_TRUE(request);
  EXPECT_EQ(request->client.stamp_us, 1'700'000'000'000'000);
  EXPECT_EQ(request->client.seen_us, 42);
  EXPECT_FALSE(sound("GET", "/kv/k").client.seen_us);
  for (const char* wrong : {"-1", "1.5", "soon", "99999999999999999999"}) {
    EXPECT_EQ(parse_request({"DELETE", "/kv/k", {}, {}, wrong, {}}, limit).error().field, "stamp");
    EXPECT_EQ(parse_request({"DELETE", "/kv/k", {}, {}, {}, wrong}, limit).error().field, "seen");
  }
}

TEST(HttpRequest, takes_the_repair_of_a_read) {
  EXPECT_EQ(sound("GET", "/kv/k?repair=abd&r=2").client.repair, Repair::abd);
  EXPECT_EQ(sound("GET", "/kv/k?repair=none").client.repair, Repair::none);
  EXPECT_FALSE(sound("GET", "/kv/k").client.repair);
  EXPECT_EQ(refused("GET", "/kv/k?repair=soon"), (Refused{400, "repair"}));
  EXPECT_EQ(refused("GET", "/kv/k?repair=abd&repair=abd"), (Refused{400, "repair"}));
  EXPECT_EQ(refused("PUT", "/kv/k?repair=abd", R"({"value":1})"), (Refused{400, "repair"}));
}

TEST(HttpRequest, says_where_a_context_goes) {
  const auto request = parse_request({"PUT", "/kv/k", {}, R"({"value":1,"context":"token"})"}, limit);
  ASSERT_FALSE(request);
  EXPECT_EQ(request.error().field, "context");
  EXPECT_NE(request.error().message.find("X-Fracas-Context"), std::string::npos);
}

TEST(HttpRequest, refuses_values_over_the_limit) {
  const auto of_size = [](std::size_t bytes) {
    return "{\"value\":\"" + std::string(bytes - 2, 'v') + "\"}";
  };
  EXPECT_EQ(sound("PUT", "/kv/k", of_size(limit)).client.value.size(), static_cast<std::size_t>(limit));
  EXPECT_EQ(refused("PUT", "/kv/k", of_size(limit + 1)), (Refused{413, "value"}));
}

TEST(JsonText, keeps_numbers_as_they_were_written) {
  EXPECT_EQ(*compact_member(R"({"value":[1.0,-0.5e3,18446744073709551615]})", "value", 9),
            "[1.0,-0.5e3,18446744073709551615]");
}

nlohmann::json any_json(int depth) {
  using rc::gen::arbitrary;
  switch (*rc::gen::inRange(0, depth > 0 ? 7 : 5)) {
    case 0:
      return nullptr;
    case 1:
      return *arbitrary<bool>();
    case 2:
      return *arbitrary<std::int64_t>();
    case 3:
      return *arbitrary<std::uint64_t>();
    case 4: {
      auto text = *rc::gen::container<std::string>(rc::gen::inRange<char>(1, 127));
      return text;
    }
    case 5: {
      auto list = nlohmann::json::array();
      for (int i = *rc::gen::inRange(0, 4); i > 0; --i) list.push_back(any_json(depth - 1));
      return list;
    }
    default: {
      auto object = nlohmann::json::object();
      for (int i = *rc::gen::inRange(0, 4); i > 0; --i)
        object[*arbitrary<std::string>() + "k"] = any_json(depth - 1);
      return object;
    }
  }
}

RC_GTEST_PROP(JsonTextProperty, compact_text_means_the_same_and_is_its_own_compact_text, ()) {
  const nlohmann::json value = any_json(4);
  nlohmann::json body;
  body["value"] = value;
  std::string text;
  try {
    text = body.dump(2);
  } catch (const nlohmann::json::exception&) {
    RC_DISCARD("keys that are not UTF-8");
  }
  const auto compact = compact_member(text, "value", 20);
  RC_ASSERT(compact.has_value());
  RC_ASSERT(nlohmann::json::parse(*compact) == value);
  RC_ASSERT(*compact_member("{\"value\":" + *compact + "}", "value", 20) == *compact);
}

RC_GTEST_PROP(JsonTextProperty, utf8_is_what_the_parser_takes_for_it, (const std::string& text)) {
  std::string quoted;
  append_json_string(quoted, text);
  RC_ASSERT(is_utf8(text) == nlohmann::json::accept(quoted));
}

RC_GTEST_PROP(HttpRequestProperty, any_bytes_give_a_request_or_a_problem,
              (const std::string& target, const std::string& body)) {
  for (const char* method : {"GET", "PUT", "BREW"}) {
    const auto request = parse_request({method, "/kv/" + target, {}, body}, limit);
    if (!request) RC_ASSERT(request.error().status >= 400U);
  }
}

}  // namespace
}  // namespace fracas::store
