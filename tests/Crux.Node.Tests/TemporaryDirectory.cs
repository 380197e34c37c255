namespace Crux.Node.Tests;

/// <summary>A directory of one test's own, gone when the test is.</summary>
internal sealed class TemporaryDirectory : IDisposable
{
    // Short: the path of a Unix socket has 107 bytes.
    private readonly string _path = Directory.CreateTempSubdirectory("crux").FullName;

    public string this[string name] => Path.Combine(_path, name);

    public string Write(string name, string content, UnixFileMode mode = UnixFileMode.UserRead | UnixFileMode.UserWrite)
    {
        var path = this[name];
        File.WriteAllText(path, content);
        File.SetUnixFileMode(path, mode);
        return path;
    }

    public void Dispose() => Directory.Delete(_path, recursive: true);
}
