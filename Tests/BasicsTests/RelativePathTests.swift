import Basics
import Testing

@Test(arguments: [
  ("/a/b/c.tif", "/a/b", "./c.tif"), ("/a/c.tif", "/a/b/d", "../../c.tif"), ("/x/c.tif", "/a", "../x/c.tif"), ("/c", "/", "./c"),
  ("/a/./b/../c.tif", "/a//b/", "../c.tif"), ("/../c", "/a", "../c"),
])
func thePathFromAFolderLeadsToTheFile(_ file: String, _ folder: String, _ expected: String) {
  #expect(relativePath(file, from: folder) == expected)
}
