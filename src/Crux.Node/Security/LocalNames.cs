using System.Net.Sockets;
using System.Runtime.InteropServices;
using Crux.Services;
using Grpc.Core;
using Microsoft.AspNetCore.Connections.Features;

namespace Crux.Node.Security;

/// <summary>
/// The map of this machine's users to the services and clients that their processes may be. A line: a user, then names, apis or <c>*</c>;
/// <c>*</c> as the user for everybody; <c>#</c> begins a comment. Who a process is the kernel says. A changed file counts from the next question on.
/// </summary>
/// <remarks>Thread-safe. Root, and the user that runs fulcrum, may be anything: they could read the node's key.</remarks>
internal sealed class LocalNames : ILocalNames
{
    /// <summary>The longest map.</summary>
    public const int MaxBytes = 256 * 1024;

    /// <summary>Where the map lies unless told otherwise; where there is none, every process may have every name.</summary>
    public const string DefaultPath = "/etc/crux/identities";

    private const string PasswordFile = "/etc/passwd";
    private const uint Root = 0;
    private const int SocketLevel = 1;
    private const int PeerCredentials = 17;
    private const int CredentialBytes = 12;
    private const int UserOffset = 4;

    private readonly string _path;
    private readonly Lock _gate = new();
    private DateTime _readAt;
    private Dictionary<string, HashSet<string>> _map = [];

    private LocalNames(string path) => _path = path;

    /// <summary>Opens the map at <paramref name="path"/>, or the default one; null where none was named and there is no default one.</summary>
    /// <exception cref="NodeStartException">It can't be used; the message says what to do.</exception>
    public static LocalNames? Open(string? path)
    {
        if (path is null && !File.Exists(DefaultPath))
            return null;
        var names = new LocalNames(path ?? DefaultPath);
        try
        {
            names.Read();
            return names;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or FormatException)
        {
            throw new NodeStartException($"The map of users to services, {names._path}, can't be used: {problem.Message}", problem);
        }
    }

    /// <inheritdoc/>
    public string? FindProblem(ServerCallContext context, string name)
    {
        if (name.StartsWith(ILocalNames.ReservedPrefix, StringComparison.Ordinal))
            return $"Names that begin with '{ILocalNames.ReservedPrefix}' are Crux's own: choose another than '{name}'.";
        // The gate has judged an operator's role, and let it to nothing that would sign in a name.
        if (context.GetHttpContext().Features.Get<OperatorSession>() is not null)
            return null;
        return context.GetHttpContext().Features.Get<IConnectionSocketFeature>()?.Socket is { } socket
            ? FindProblem(UserOf(socket), name)
            : "The process can't be told apart from others: it did not come by the Unix socket.";
    }

    /// <summary>As the other, for a user.</summary>
    public string? FindProblem(uint user, string name)
    {
        if (user == Root || user == Posix.EffectiveUser)
            return null;
        try
        {
            var map = Newest();
            return May(map, user.ToString(System.Globalization.CultureInfo.InvariantCulture), name) || May(map, TrustParty.Any, name)
                ? null
                : $"User {user} may not be '{name}' on this machine: {_path} does not say so. Whoever administers it adds a line with the user and the name.";
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or FormatException)
        {
            return $"The map of users to services, {_path}, can't be used, so nobody is given a name: {problem.Message}";
        }
    }

    /// <summary>Which user's process is at the other end, as the kernel says.</summary>
    public static uint UserOf(Socket socket)
    {
        Span<byte> credentials = stackalloc byte[CredentialBytes];
        socket.GetRawSocketOption(SocketLevel, PeerCredentials, credentials);
        return MemoryMarshal.Read<uint>(credentials[UserOffset..]);
    }

    private static bool May(Dictionary<string, HashSet<string>> map, string user, string name) =>
        map.TryGetValue(user, out var names) && (names.Contains(name) || names.Contains(TrustParty.Any) || (TrustParty.ApiOf(name) is { } api && names.Contains(api)));

    private Dictionary<string, HashSet<string>> Newest()
    {
        lock (_gate)
        {
            if (File.GetLastWriteTimeUtc(_path) != _readAt)
                Read();
            return _map;
        }
    }

    private void Read()
    {
        // Before the content: a change in between is then seen the next time.
        var writtenAt = File.GetLastWriteTimeUtc(_path);
        if (!File.Exists(_path))
            throw new FormatException("It is not there. Make it, or name another with --identities.");
        if (!SecretFile.Trusts(Posix.OwnerOf(_path), Posix.EffectiveUser) || (File.GetUnixFileMode(_path) & (UnixFileMode.GroupWrite | UnixFileMode.OtherWrite)) != 0)
            throw new FormatException($"Others than root could change it. Run 'chown root {_path}' and 'chmod 644 {_path}'.");
        if (new FileInfo(_path).Length > MaxBytes)
            throw new FormatException($"It is longer than {MaxBytes} bytes.");
        _map = Parse(File.ReadAllLines(_path));
        _readAt = writtenAt;
    }

    private static Dictionary<string, HashSet<string>> Parse(string[] lines)
    {
        var map = new Dictionary<string, HashSet<string>>(StringComparer.Ordinal);
        var users = default(Dictionary<string, string>);
        foreach (var (index, line) in lines.Index())
        {
            var words = line.Split('#')[0].Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
            if (words.Length == 0)
                continue;
            var user = words[0];
            if (user != TrustParty.Any && !uint.TryParse(user, System.Globalization.CultureInfo.InvariantCulture, out _))
                user = (users ??= Users()).GetValueOrDefault(user) ?? throw new FormatException($"Line {index + 1}: there is no user '{user}' in {PasswordFile}; write its number.");
            if (words.Length == 1 || words.Skip(1).Any(name => name != TrustParty.Any && !NameRules.Holds(name)))
                throw new FormatException($"Line {index + 1}: after the user come the names that it may have: apis, instances, clients, or '*'.");
            if (!map.TryGetValue(user, out var names))
                map.Add(user, names = new HashSet<string>(StringComparer.Ordinal));
            names.UnionWith(words.Skip(1));
        }
        return map;
    }

    private static Dictionary<string, string> Users()
    {
        var users = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in File.ReadAllLines(PasswordFile))
        {
            if (line.Split(':') is [var name, _, var id, ..])
                users.TryAdd(name, id);
        }
        return users;
    }
}
