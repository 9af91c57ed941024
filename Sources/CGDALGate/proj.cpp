// PROJ's files: its own data folder, for reading. See gate.h.
#include "gate.h"

#include <proj.h>

#include <cstdio>
#include <cstdlib>
#include <string>

namespace {

std::string real_path(const char *path) {
  char *resolved = realpath(path, nullptr);
  if (resolved == nullptr) return {};
  std::string result(resolved);
  free(resolved);
  return result;
}

// The folder of proj.db; empty where there is none, and then nothing is read.
std::string &data_folder() {
  static std::string folder;
  return folder;
}

bool is_allowed(const char *path) {
  const std::string real = real_path(path);
  const std::string &folder = data_folder();
  return !folder.empty() && real.size() > folder.size() && real.compare(0, folder.size(), folder) == 0 && real[folder.size()] == '/';
}

PROJ_FILE_HANDLE *open_file(PJ_CONTEXT *, const char *path, PROJ_OPEN_ACCESS access, void *) {
  if (access != PROJ_OPEN_ACCESS_READ_ONLY || !is_allowed(path)) return nullptr;
  return reinterpret_cast<PROJ_FILE_HANDLE *>(fopen(path, "rb"));
}

size_t read_file(PJ_CONTEXT *, PROJ_FILE_HANDLE *handle, void *buffer, size_t size, void *) {
  return fread(buffer, 1, size, reinterpret_cast<FILE *>(handle));
}

size_t write_file(PJ_CONTEXT *, PROJ_FILE_HANDLE *, const void *, size_t, void *) { return 0; }

int seek_file(PJ_CONTEXT *, PROJ_FILE_HANDLE *handle, long long offset, int whence, void *) {
  return fseeko(reinterpret_cast<FILE *>(handle), static_cast<off_t>(offset), whence) == 0;
}

unsigned long long tell_file(PJ_CONTEXT *, PROJ_FILE_HANDLE *handle, void *) {
  return static_cast<unsigned long long>(ftello(reinterpret_cast<FILE *>(handle)));
}

void close_file(PJ_CONTEXT *, PROJ_FILE_HANDLE *handle, void *) { fclose(reinterpret_cast<FILE *>(handle)); }

int exists(PJ_CONTEXT *, const char *path, void *) { return is_allowed(path); }

int refuse(PJ_CONTEXT *, const char *, void *) { return 0; }

int refuse_renaming(PJ_CONTEXT *, const char *, const char *, void *) { return 0; }

}  // namespace

void orthoweave_gate_install_proj(void) {
  // The default context: those that GDAL makes take after it.
  proj_context_set_enable_network(nullptr, 0);
  PJ_CONTEXT *trial = proj_context_create();
  const char *database = proj_context_get_database_path(trial);
  if (database != nullptr) {
    const std::string path = real_path(database);
    data_folder() = path.substr(0, path.rfind('/'));
  }
  proj_context_destroy(trial);
  PROJ_FILE_API files = {1, open_file, read_file, write_file, seek_file, tell_file, close_file, exists, refuse, refuse, refuse_renaming};
  proj_context_set_fileapi(nullptr, &files, nullptr);
}
