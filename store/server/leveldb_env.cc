#include "store/server/leveldb_env.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "store/server/descriptor_check.h"
#include "store/server/log_check.h"

namespace fracas::store {
namespace {

using leveldb::Slice;
using leveldb::Status;

Status io_error(const std::string& path, int error) { return Status::IOError(path, std::strerror(error)); }

class PreadFile final : public leveldb::RandomAccessFile {
 public:
  PreadFile(std::string path, int fd) : path_(std::move(path)), fd_(fd) {}
  ~PreadFile() override { ::close(fd_); }

  Status Read(std::uint64_t offset, std::size_t n, Slice* result, char* scratch) const override {
    std::size_t have = 0;
    while (have < n) {
      const auto got = ::pread(fd_, scratch + have, n - have, static_cast<off_t>(offset + have));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return io_error(path_, errno);
      if (got == 0) break;
      have += static_cast<std::size_t>(got);
    }
    *result = Slice(scratch, have);
    return Status::OK();
  }

 private:
  std::string path_;
  int fd_;
};

/// The sound part of a log, already in memory.
class BytesFile final : public leveldb::SequentialFile {
 public:
  explicit BytesFile(std::string bytes) : bytes_(std::move(bytes)) {}

  Status Read(std::size_t n, Slice* result, char* scratch) override {
    const std::size_t taken = std::min(n, bytes_.size() - at_);
    std::memcpy(scratch, bytes_.data() + at_, taken);
    at_ += taken;
    *result = Slice(scratch, taken);
    return Status::OK();
  }
  Status Skip(std::uint64_t n) override {
    at_ += std::min<std::uint64_t>(n, bytes_.size() - at_);
    return Status::OK();
  }

 private:
  std::string bytes_;
  std::size_t at_ = 0;
};

class CarefulFile final : public leveldb::WritableFile {
 public:
  CarefulFile(LevelDbEnv& env, leveldb::WritableFile* file, bool sync_on_close)
      : env_(env), file_(file), sync_on_close_(sync_on_close) {}
  ~CarefulFile() override {
    if (!closed_) finish();
  }

  Status Append(const Slice& data) override {
    return guarded(Call::write, [&] { return file_->Append(data); });
  }
  Status Flush() override {
    return guarded(Call::write, [&] { return file_->Flush(); });
  }
  /// What is still in its buffer is written first, so that a full disk is no failed sync.
  Status Sync() override {
    if (Status flushed = Flush(); !flushed.ok()) return flushed;
    return guarded(Call::sync, [&] { return file_->Sync(); });
  }
  Status Close() override { return finish(); }

 private:
  using Call = LevelDbEnv::Call;

  template <typename Do>
  Status guarded(Call call, Do act) {
    if (Status failed = env_.failure(); !failed.ok()) return failed;
    return env_.remember(call, act());
  }
  Status finish() {
    closed_ = true;
    if (sync_on_close_)
      if (Status synced = Sync(); !synced.ok()) return synced;
    return guarded(Call::write, [&] { return file_->Close(); });
  }

  LevelDbEnv& env_;
  std::unique_ptr<leveldb::WritableFile> file_;
  bool sync_on_close_;
  bool closed_ = false;
};

std::string folder_of(const std::string& path) { return path.substr(0, path.rfind('/')); }
std::string_view name_of(std::string_view path) { return path.substr(path.rfind('/') + 1); }

Status sync_folder(const std::string& folder) {
  const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return io_error(folder, errno);
  const Status status = ::fsync(fd) == 0 ? Status::OK() : io_error(folder, errno);
  ::close(fd);
  return status;
}

/// 12 for "000012.log".
std::optional<std::uint64_t> log_number(std::string_view name) {
  constexpr std::string_view ending = ".log";
  if (!name.ends_with(ending)) return std::nullopt;
  name.remove_suffix(ending.size());
  std::uint64_t number = 0;
  const auto [stopped, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  if (error != std::errc{} || stopped != name.data() + name.size()) return std::nullopt;
  return number;
}

bool is_descriptor(std::string_view name) { return name.starts_with("MANIFEST-"); }

/// No log with anything in it comes after it. (LevelDB creates a log before it closes the one before.)
bool is_last_log(leveldb::Env& env, const std::string& path) {
  const auto own = log_number(name_of(path));
  std::vector<std::string> names;
  if (!own || !env.GetChildren(folder_of(path), &names).ok()) return false;
  return std::none_of(names.begin(), names.end(), [&](const std::string& name) {
    std::uint64_t size = 0;
    const auto number = log_number(name);
    return number && *number > *own && env.GetFileSize(folder_of(path) + "/" + name, &size).ok() && size > 0;
  });
}

/// The log that a descriptor needs is there.
Status fits_its_folder(leveldb::Env& env, const std::string& path, std::string_view descriptor) {
  const auto log = needed_log(descriptor);
  if (!log) return Status::Corruption(path, "no edit in it names a log");
  const std::string name = fmt::format("{:06}.log", *log);
  if (*log == 0 || env.FileExists(folder_of(path) + "/" + name)) return Status::OK();
  return Status::Corruption(path, name + " is missing");
}

}  // namespace

class LevelDbEnv::Descriptor {
 public:
  explicit Descriptor(const std::string& path) : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  bool open() const { return fd_ >= 0; }
  bool sync() const { return ::fdatasync(fd_) == 0; }

 private:
  int fd_;
};

Status LevelDbEnv::sync_logs() {
  if (Status failed = failure(); !failed.ok()) return failed;
  const auto logs = [this] {
    const std::lock_guard lock(mutex_);
    return logs_;
  }();
  for (const auto& log : logs)
    if (log && !log->sync()) return remember(Call::sync, io_error("sync of a log", errno));
  return Status::OK();
}

Status LevelDbEnv::follow_log(const std::string& path) {
  auto log = std::make_shared<const Descriptor>(path);
  if (!log->open()) return io_error(path, errno);
  const std::lock_guard lock(mutex_);
  logs_ = {std::move(log), std::move(logs_[0])};
  return Status::OK();
}

Status LevelDbEnv::failure() const {
  const std::lock_guard lock(mutex_);
  return failure_;
}

bool LevelDbEnv::sync_failed() const {
  const std::lock_guard lock(mutex_);
  return sync_failed_;
}

Status LevelDbEnv::remember(Call call, Status status) {
  const std::lock_guard lock(mutex_);
  if (failure_.ok() && !status.ok()) failure_ = status;
  if (call == Call::sync && !status.ok()) sync_failed_ = true;
  return status;
}

Status LevelDbEnv::NewSequentialFile(const std::string& path, leveldb::SequentialFile** file) {
  const auto name = name_of(path);
  if (log_number(name) || is_descriptor(name)) return checked_log(path, file);
  return target()->NewSequentialFile(path, file);
}

Status LevelDbEnv::checked_log(const std::string& path, leveldb::SequentialFile** file) {
  *file = nullptr;
  std::string bytes;
  if (Status read = leveldb::ReadFileToString(target(), path, &bytes); !read.ok()) return read;
  const LogCheck check = check_log(bytes);
  if (check.state == LogCheck::State::damaged) return Status::Corruption(path, check.why);
  bytes.resize(check.sound_bytes);
  if (is_descriptor(name_of(path))) {
    if (Status fits = fits_its_folder(*target(), path, bytes); !fits.ok()) return fits;
  } else if (check.state == LogCheck::State::torn && !is_last_log(*target(), path)) {
    return Status::Corruption(path, check.why + ", and only the last log may end like this");
  }
  *file = new BytesFile(std::move(bytes));
  return Status::OK();
}

Status LevelDbEnv::NewRandomAccessFile(const std::string& path, leveldb::RandomAccessFile** file) {
  *file = nullptr;
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return errno == ENOENT ? Status::NotFound(path, std::strerror(errno)) : io_error(path, errno);
  *file = new PreadFile(path, fd);
  return Status::OK();
}

Status LevelDbEnv::NewWritableFile(const std::string& path, leveldb::WritableFile** file) {
  return wrap(target()->NewWritableFile(path, file), path, file);
}

Status LevelDbEnv::NewAppendableFile(const std::string& path, leveldb::WritableFile** file) {
  return wrap(target()->NewAppendableFile(path, file), path, file);
}

Status LevelDbEnv::wrap(Status opened, const std::string& path, leveldb::WritableFile** file) {
  if (!opened.ok()) return remember(Call::write, opened);
  *file = new CarefulFile(*this, *file, log_number(name_of(path)).has_value());
  Status listed = remember(Call::sync, sync_folder(folder_of(path)));
  if (listed.ok() && log_number(name_of(path))) listed = remember(Call::write, follow_log(path));
  if (!listed.ok()) {
    delete *file;
    *file = nullptr;
  }
  return listed;
}

Status LevelDbEnv::RenameFile(const std::string& from, const std::string& to) {
  if (Status renamed = remember(Call::write, target()->RenameFile(from, to)); !renamed.ok()) return renamed;
  return remember(Call::sync, sync_folder(folder_of(to)));
}

}  // namespace fracas::store
