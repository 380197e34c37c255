using System.Runtime.InteropServices;
using System.Security.Cryptography.X509Certificates;

namespace Crux.Node.Security;

/// <summary>
/// The authorities that the machine trusts. Crux trusts keys and none of them; yet whoever shows a certificate over TLS in .NET builds a
/// chain for it first, and for that every authority's file is read and parsed: some 80 ms of CPU, a fifth of what a node's start takes.
/// </summary>
public static partial class SystemRoots
{
    private const string FileVariable = "SSL_CERT_FILE", DirectoryVariable = "SSL_CERT_DIR";
    private const string Nowhere = "/dev/null";

    /// <summary>
    /// Has this process trust none of them, and read none. For programs of ours at their very start, while they have one thread: what
    /// is named in <c>SSL_CERT_FILE</c> or <c>SSL_CERT_DIR</c> is read all the same, and the environment is left as it was.
    /// </summary>
    public static void Forgo()
    {
        using var file = new Setting(FileVariable);
        using var directory = new Setting(DirectoryVariable);
        // Read now, and kept for as long as the process lives.
        using var roots = new X509Store(StoreName.Root, StoreLocation.LocalMachine, OpenFlags.ReadOnly);
        _ = roots.Certificates;
    }

    // The runtime looks at the environment by libc, which what .NET sets never reaches.
    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Set(string name, string value, int overwrite);

    [LibraryImport("libc", EntryPoint = "unsetenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Unset(string name);

    private readonly struct Setting : IDisposable
    {
        private readonly string? _ours;

        public Setting(string name)
        {
            if (Environment.GetEnvironmentVariable(name) is null && Set(name, Nowhere, 0) == 0)
                _ours = name;
        }

        public void Dispose()
        {
            if (_ours is not null)
                _ = Unset(_ours);
        }
    }
}
