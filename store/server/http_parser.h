// Beast's HTTP parser, keeping only what this server looks at: no list of header fields is built.
#pragma once

#include <boost/beast/http/basic_parser.hpp>
#include <string>

#include "store/server/http_request.h"

namespace fracas::store {

class HttpParser final : public boost::beast::http::basic_parser<true> {
 public:
  HttpParser(std::uint32_t header_limit, std::uint64_t body_bytes) {
    eager(true);
    this->header_limit(header_limit);
    body_limit(body_bytes);
  }

  RawRequest request() const { return {method_, target_, context_, body_, stamp_, seen_, session_}; }

 private:
  using Error = boost::beast::error_code;
  using View = boost::beast::string_view;

  void on_request_impl(boost::beast::http::verb, View method, View target, int, Error& error) override {
    error = {};
    method_.assign(method.data(), method.size());
    target_.assign(target.data(), target.size());
  }
  void on_field_impl(boost::beast::http::field, View name, View value, Error& error) override {
    error = {};
    if (boost::beast::iequals(name, "X-Fracas-Context")) context_.assign(value.data(), value.size());
    if (boost::beast::iequals(name, "X-Fracas-Stamp")) stamp_.assign(value.data(), value.size());
    if (boost::beast::iequals(name, "X-Fracas-Seen")) seen_.assign(value.data(), value.size());
    if (boost::beast::iequals(name, "X-Fracas-Session")) session_.assign(value.data(), value.size());
  }
  std::size_t on_body_impl(View part, Error& error) override { return add_to_body(part, error); }
  std::size_t on_chunk_body_impl(std::uint64_t, View part, Error& error) override {
    return add_to_body(part, error);
  }
  std::size_t add_to_body(View part, Error& error) {
    error = {};
    body_.append(part.data(), part.size());
    return part.size();
  }

  void on_response_impl(int, View, int, Error& error) override { error = {}; }
  void on_header_impl(Error& error) override { error = {}; }
  void on_body_init_impl(const boost::optional<std::uint64_t>&, Error& error) override { error = {}; }
  void on_chunk_header_impl(std::uint64_t, View, Error& error) override { error = {}; }
  void on_finish_impl(Error& error) override { error = {}; }

  std::string method_;
  std::string target_;
  std::string context_;
  std::string stamp_;
  std::string seen_;
  std::string session_;
  std::string body_;
};

}  // namespace fracas::store
