// Wraps GDAL's file systems. See gate.h.
#include "gate.h"

#include "writes.h"

#include <cpl_conv.h>
#include <cpl_http.h>
#include <cpl_string.h>
#include <cpl_vsi_virtual.h>
#include <gdal_priv.h>
#include <proj.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>
#include <vector>

struct orthoweave_confinement {
  std::vector<std::string> roots;
  std::vector<std::string> names;
  bool follows_links = false;
  // What may be of any size: these files, and those whose names end so, in lower case. Everything else beside them is text for GDAL to parse.
  std::vector<std::string> large_files;
  std::vector<std::string> large_endings;
  long long largest_other = 0;
  std::string refused;
  bool refused_for_size = false;
};

namespace {

thread_local orthoweave_confinement *current = nullptr;

void note_refusal(const char *name, bool for_size = false) {
  if (current == nullptr || !current->refused.empty()) return;
  current->refused = name;
  current->refused_for_size = for_size;
}

bool is_too_large(const std::string &path, long long size) {
  if (current->largest_other == 0 || size <= current->largest_other) return false;
  for (const auto &file : current->large_files)
    if (path == file) return false;
  const size_t slash = path.rfind('/');
  const size_t dot = path.rfind('.');
  if (dot == std::string::npos || (slash != std::string::npos && dot < slash)) return true;
  std::string ending = path.substr(dot + 1);
  for (auto &letter : ending) letter = static_cast<char>(tolower(static_cast<unsigned char>(letter)));
  for (const auto &other : current->large_endings)
    if (ending == other) return false;
  return true;
}

bool ends_in(const char *path, const char *ending) {
  const size_t length = strlen(path), count = strlen(ending);
  return length >= count && strcmp(path + length - count, ending) == 0;
}

bool lies_below(const std::string &folder, const std::string &path) {
  if (folder.empty()) return false;
  if (folder == "/") return true;
  return path.compare(0, folder.size(), folder) == 0 && (path.size() == folder.size() || path[folder.size()] == '/');
}

bool lies_below_any(const std::vector<std::string> &folders, const std::string &path) {
  for (const auto &folder : folders)
    if (lies_below(folder, path)) return true;
  return false;
}

std::string real_path(const char *path) {
  char *resolved = realpath(path, nullptr);
  if (resolved == nullptr) return {};
  std::string result(resolved);
  free(resolved);
  return result;
}

// The path without doubled slashes and dots; empty where it is relative or goes up, which only the kernel can resolve.
std::string plain_path(const std::string &path) {
  if (path.empty() || path[0] != '/') return {};
  std::string result;
  size_t start = 0;
  while (start < path.size()) {
    size_t end = path.find('/', start);
    if (end == std::string::npos) end = path.size();
    const std::string part = path.substr(start, end - start);
    if (part == "..") return {};
    if (!part.empty() && part != ".") result += "/" + part;
    start = end + 1;
  }
  return result.empty() ? "/" : result;
}

// GDAL's own tables of coordinate systems, such as gcs.override.csv; empty where it has none.
const std::string &data_folder() {
  static const std::string folder = [] {
    const char *file = CPLFindFile("gdal", "gdalvrt.xsd");
    return file == nullptr ? std::string() : real_path(CPLGetPath(file));
  }();
  return folder;
}

// PROJ's database and grids; empty where it has none.
const std::string &grid_folder() {
  static const std::string folder = [] {
    PJ_CONTEXT *context = proj_context_create();
    const char *database = proj_context_get_database_path(context);
    const std::string path = database == nullptr ? std::string() : real_path(database);
    proj_context_destroy(context);
    return path.substr(0, path.empty() ? 0 : path.rfind('/'));
  }();
  return folder;
}

enum class Judgment { allowed, absent, refused };

Judgment judge(const char *path) {
  const std::string real = real_path(path);
  if (real.empty()) return Judgment::absent;
  if (lies_below_any(current->roots, real) || lies_below(data_folder(), real)) return Judgment::allowed;
  if (current->follows_links && lies_below_any(current->names, plain_path(path))) return Judgment::allowed;
  return Judgment::refused;
}

// The path of an open file as the kernel knows it: a link may have been laid between judging and opening.
std::string path_of(VSIVirtualHandle *handle) {
  char link[64];
  char path[4096];
  const auto descriptor = reinterpret_cast<uintptr_t>(handle->GetNativeFileDescriptor());
  snprintf(link, sizeof link, "/proc/self/fd/%zu", static_cast<size_t>(descriptor));
  const ssize_t length = readlink(link, path, sizeof path);
  return length > 0 && length < static_cast<ssize_t>(sizeof path) ? std::string(path, static_cast<size_t>(length)) : std::string();
}

// The disk.
class Gate final : public VSIFilesystemHandler {
  VSIFilesystemHandler *const disk;

 public:
  explicit Gate(VSIFilesystemHandler *disk) : disk(disk) {}
  ~Gate() override { delete disk; }

  VSIVirtualHandle *Open(const char *path, const char *access, bool setsError, CSLConstList options) override {
    if (current == nullptr) return disk->Open(path, access, setsError, options);
    if (strpbrk(access, "wa+") != nullptr) {
      errno = EACCES;
      return nullptr;
    }
    const Judgment judgment = judge(path);
    struct stat status;
    if (judgment == Judgment::absent || stat(path, &status) != 0) {
      errno = ENOENT;
      return nullptr;
    }
    // Nothing but files; what becomes a pipe after this is refused by the `fopen` of CSystem.
    if (!S_ISREG(status.st_mode)) {
      errno = S_ISDIR(status.st_mode) ? EISDIR : EACCES;
      return nullptr;
    }
    if (judgment == Judgment::refused) {
      note_refusal(path);
      errno = EACCES;
      return nullptr;
    }
    VSIVirtualHandle *handle = disk->Open(path, access, setsError, options);
    if (handle == nullptr) return nullptr;
    const std::string opened = path_of(handle);
    const bool is_data = lies_below(data_folder(), opened);
    if (!current->follows_links && !is_data && !lies_below_any(current->roots, opened)) return refuse(handle, path, false);
    if (!is_data && is_too_large(opened, status.st_size)) return refuse(handle, path, true);
    return handle;
  }

  static VSIVirtualHandle *refuse(VSIVirtualHandle *handle, const char *path, bool for_size) {
    handle->Close();
    delete handle;
    note_refusal(path, for_size);
    errno = EACCES;
    return nullptr;
  }

  int Stat(const char *path, VSIStatBufL *buffer, int flags) override {
    if (current != nullptr) {
      // Where GDAL sees the log of a database that it has read, it opens that database once more, past this gate and for writing, to remove the log.
      if (ends_in(path, "-wal")) {
        errno = ENOENT;
        return -1;
      }
      const Judgment judgment = judge(path);
      if (judgment != Judgment::allowed) {
        // GDAL looks around for what may be there, also outside. A link within, however, that leads out would be passed over in silence.
        if (judgment == Judgment::refused && lies_below_any(current->roots, real_path(CPLGetDirname(path)))) note_refusal(path);
        errno = ENOENT;
        return -1;
      }
    }
    return disk->Stat(path, buffer, flags);
  }

  char **ReadDirEx(const char *path, int most) override { return mayList(path) ? disk->ReadDirEx(path, most) : nullptr; }
  VSIDIR *OpenDir(const char *path, int depth, const char *const *options) override {
    return mayList(path) ? disk->OpenDir(path, depth, options) : nullptr;
  }

  int Unlink(const char *path) override { return mayChange() ? disk->Unlink(path) : -1; }
  int Rename(const char *from, const char *to) override { return mayChange() ? disk->Rename(from, to) : -1; }
  int Mkdir(const char *path, long mode) override { return mayChange() ? disk->Mkdir(path, mode) : -1; }
  int Rmdir(const char *path) override { return mayChange() ? disk->Rmdir(path) : -1; }

  GIntBig GetDiskFreeSpace(const char *path) override { return disk->GetDiskFreeSpace(path); }
  int SupportsSparseFiles(const char *path) override { return disk->SupportsSparseFiles(path); }
  bool IsLocal(const char *path) override { return disk->IsLocal(path); }
  bool SupportsSequentialWrite(const char *path, bool temporary) override { return disk->SupportsSequentialWrite(path, temporary); }
  bool SupportsRandomWrite(const char *path, bool temporary) override { return disk->SupportsRandomWrite(path, temporary); }

 private:
  static bool mayList(const char *path) { return current == nullptr || judge(path) == Judgment::allowed; }
  static bool mayChange() {
    if (current == nullptr) return true;
    errno = EACCES;
    return false;
  }
};

// What is neither the disk nor an archive on it: the network, pipes, other programs.
class Closed final : public VSIFilesystemHandler {
 public:
  VSIVirtualHandle *Open(const char *path, const char *, bool, CSLConstList) override {
    note_refusal(path);
    errno = EACCES;
    return nullptr;
  }
  int Stat(const char *path, VSIStatBufL *, int) override {
    note_refusal(path);
    errno = ENOENT;
    return -1;
  }
};

// Memory, and views of files that are opened through the gate in their turn.
const char *const kept[] = {"/vsimem/", "/vsizip/", "/vsitar/", "/vsigzip/", "/vsisubfile/", "/vsisparse/"};

bool is_kept(const char *prefix) {
  for (const char *other : kept)
    if (strcmp(prefix, other) == 0) return true;
  return false;
}

// The network's own file systems, which nothing but the `orthoweave_remote_…` functions reaches. Filled once, before there is a second thread.
std::vector<std::pair<std::string, VSIFilesystemHandler *>> network;

// What lists and opens a file of the network or in an archive; NULL for other paths. An archive is opened through the gate.
VSIFilesystemHandler *remote_handler(const char *path) {
  for (const auto &entry : network)
    if (strncmp(path, entry.first.c_str(), entry.first.size()) == 0) return entry.second;
  for (const char *prefix : {"/vsizip/", "/vsitar/"})
    if (strncmp(path, prefix, strlen(prefix)) == 0) return VSIFileManager::GetHandler(prefix);
  return nullptr;
}

bool is_on_network(const char *path) {
  for (const auto &entry : network)
    if (strncmp(path, entry.first.c_str(), entry.first.size()) == 0) return true;
  return false;
}

CPLHTTPResult *refuse_request(
    const char *address, CSLConstList, GDALProgressFunc, void *, CPLHTTPFetchWriteFunc, void *, void *) {
  note_refusal(address);
  auto *result = static_cast<CPLHTTPResult *>(CPLCalloc(1, sizeof(CPLHTTPResult)));
  result->nStatus = 1;
  result->pszErrBuf = CPLStrdup("this program does not use the network");
  return result;
}

// PROJ opens the grids that a coordinate system names by itself, with fopen, and GDAL's file systems see nothing of it.
int may_open(const char *path, const char *mode) {
  if (current == nullptr) return 1;
  const std::string real = real_path(path);
  if (real.empty()) {
    errno = ENOENT;
    return 0;
  }
  const bool reads = strpbrk(mode, "wa+") == nullptr;
  // The kernel's own numbers, such as how much memory there is.
  if (reads && (lies_below("/proc", real) || lies_below("/sys", real))) return 1;
  struct stat status;
  const bool is_file = stat(real.c_str(), &status) == 0 && S_ISREG(status.st_mode);
  if (reads && is_file && (lies_below(grid_folder(), real) || judge(path) == Judgment::allowed)) return 1;
  if (is_file) note_refusal(path);
  errno = EACCES;
  return 0;
}

}  // namespace

void orthoweave_gate_install(void) {
  char **prefixes = VSIFileManager::GetPrefixes();
  for (const char *prefix : {"/vsicurl/", "/vsicurl_streaming/", "/vsis3/", "/vsigs/", "/vsiaz/"})
    if (CSLFindString(prefixes, prefix) >= 0) network.emplace_back(prefix, VSIFileManager::GetHandler(prefix));
  auto *closed = new Closed();
  for (char **prefix = prefixes; prefix != nullptr && *prefix != nullptr; prefix++)
    if (**prefix != 0 && !is_kept(*prefix)) VSIFileManager::InstallHandler(*prefix, closed);
  CSLDestroy(prefixes);
  // GDAL has this one, too, but does not list it.
  VSIFileManager::InstallHandler("/vsicurl?", closed);
  VSIFileManager::InstallHandler("", new Gate(VSIFileManager::GetHandler("/")));
  CPLHTTPSetFetchCallback(refuse_request, nullptr);
  data_folder();
  grid_folder();
  csystem_ask_before_opening(may_open);
}

void orthoweave_gate_forbid_opening(void *driver) {
  auto *known = static_cast<GDALDriver *>(driver);
  known->pfnOpen = nullptr;
  known->pfnIdentify = nullptr;
}

long long orthoweave_gate_file_size(const char *path) {
  VSIStatBufL status;
  return VSIStatL(path, &status) == 0 && VSI_ISREG(status.st_mode) ? static_cast<long long>(status.st_size) : -1;
}

bool orthoweave_remote_examine(const char *path, orthoweave_remote_status *status) {
  VSIFilesystemHandler *handler = remote_handler(path);
  if (handler == nullptr) return false;
  *status = {};
  if (is_on_network(path)) {
    char **headers = handler->GetFileMetadata(path, "HEADERS", nullptr);
    if (headers == nullptr) return false;
    // Names of headers come in any case, and so does the list look for them.
    const char *etag = CSLFetchNameValueDef(headers, "ETag", "");
    snprintf(status->etag, sizeof status->etag, "%s", etag);
    CSLDestroy(headers);
  }
  VSIStatBufL buffer;
  memset(&buffer, 0, sizeof buffer);
  const int flags = VSI_STAT_EXISTS_FLAG | VSI_STAT_NATURE_FLAG | VSI_STAT_SIZE_FLAG | VSI_STAT_SET_ERROR_FLAG;
  if (handler->Stat(path, &buffer, flags) != 0) return false;
  status->is_folder = VSI_ISDIR(buffer.st_mode);
  status->size = static_cast<long long>(buffer.st_size);
  status->modified = static_cast<long long>(buffer.st_mtime);
  return true;
}

char **orthoweave_remote_list(const char *folder, int most) {
  VSIFilesystemHandler *handler = remote_handler(folder);
  if (handler == nullptr) return nullptr;
  CPLStringList names;
  auto add = [&names](const char *name, bool is_folder) {
    if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0 || *name == 0) return;
    names.AddString(is_folder ? (std::string(name) + "/").c_str() : name);
  };
  if (strncmp(folder, "/vsicurl/", 9) == 0) {
    // A page of links does not tell folders from files.
    char **found = handler->ReadDirEx(folder, most + 1);
    if (found == nullptr) return nullptr;
    for (char **name = found; *name != nullptr && names.Count() <= most; name++) add(*name, strchr(*name, '.') == nullptr);
    CSLDestroy(found);
  } else {
    VSIDIR *listing = handler->OpenDir(folder, 0, nullptr);
    if (listing == nullptr) return nullptr;
    while (const VSIDIREntry *entry = listing->NextDirEntry()) {
      add(entry->pszName, VSI_ISDIR(entry->nMode));
      if (names.Count() > most) break;
    }
    delete listing;
  }
  if (names.Count() == 0) return static_cast<char **>(CPLCalloc(1, sizeof(char *)));
  return names.StealList();
}

void *orthoweave_remote_open(const char *path) {
  VSIFilesystemHandler *handler = remote_handler(path);
  return handler == nullptr ? nullptr : handler->Open(path, "rb", true, nullptr);
}

size_t orthoweave_remote_read(void *file, unsigned long long offset, void *bytes, size_t count) {
  auto *handle = static_cast<VSIVirtualHandle *>(file);
  return handle->Seek(offset, SEEK_SET) != 0 ? 0 : handle->Read(bytes, 1, count);
}

void orthoweave_remote_close(void *file) {
  auto *handle = static_cast<VSIVirtualHandle *>(file);
  handle->Close();
  delete handle;
}

orthoweave_confinement *orthoweave_confinement_make(
    const char *const *roots, size_t count, const char *const *names, size_t name_count, bool follows_links) {
  auto *confinement = new orthoweave_confinement();
  for (size_t index = 0; index < count; index++) confinement->roots.emplace_back(roots[index]);
  for (size_t index = 0; index < name_count; index++) confinement->names.emplace_back(plain_path(names[index]));
  confinement->follows_links = follows_links;
  return confinement;
}

void orthoweave_confinement_free(orthoweave_confinement *confinement) { delete confinement; }

orthoweave_confinement *orthoweave_confinement_enter(orthoweave_confinement *confinement) {
  orthoweave_confinement *before = current;
  current = confinement;
  return before;
}

void orthoweave_confinement_limit_others(
    orthoweave_confinement *confinement, long long largest, const char *const *files, size_t count, const char *const *endings,
    size_t ending_count) {
  confinement->largest_other = largest;
  for (size_t index = 0; index < count; index++) confinement->large_files.emplace_back(files[index]);
  for (size_t index = 0; index < ending_count; index++) confinement->large_endings.emplace_back(endings[index]);
}

bool orthoweave_confinement_take_refusal(orthoweave_confinement *confinement, char *name, size_t size, bool *for_size) {
  if (confinement->refused.empty()) return false;
  *for_size = confinement->refused_for_size;
  snprintf(name, size, "%s", confinement->refused.c_str());
  confinement->refused.clear();
  return true;
}
