using Crux.Services;
using Grpc.Core;

namespace Crux.Node.Security;

/// <summary>
/// The map of this machine's users and cgroups to the services and clients that their processes may be, as <see cref="NameMap"/> reads it. Who a process is
/// the kernel says. A changed file counts from the next question on.
/// </summary>
/// <remarks>Thread-safe. Root, and the user that runs fulcrum, may be anything: they could read the node's key.</remarks>
internal sealed class LocalNames : ILocalNames
{
    /// <summary>The longest map.</summary>
    public const int MaxBytes = 256 * 1024;

    /// <summary>Where the map lies unless told otherwise; where there is none, every process may have every name.</summary>
    public const string DefaultPath = "/etc/crux/identities";

    private const uint Root = 0;

    private readonly string _path;
    private readonly string _proc;
    private readonly Lock _gate = new();
    private DateTime _readAt;
    private NameMap _map = NameMap.Empty;

    private LocalNames(string path, string proc) => (_path, _proc) = (path, proc);

    /// <summary>Opens the map at <paramref name="path"/>, or the default one; null where none was named and there is no default one.</summary>
    /// <param name="path">Null for the default.</param>
    /// <param name="proc">Where the kernel tells of processes.</param>
    /// <exception cref="NodeStartException">It can't be used; the message says what to do.</exception>
    public static LocalNames? Open(string? path, string proc = ProcessCgroup.ProcPath)
    {
        if (path is null && !File.Exists(DefaultPath))
            return null;
        var names = new LocalNames(path ?? DefaultPath, proc);
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
        return context.GetHttpContext().Features.Get<PeerProcess>() is { } process
            ? FindProblem(process.User, process.FindCgroup, name)
            : "The process can't be told apart from others: it did not come by the Unix socket.";
    }

    /// <summary>As the other, for a user's process; its cgroup is asked for only where that decides.</summary>
    public string? FindProblem(uint user, Func<(string? Path, string Problem)> findCgroup, string name)
    {
        if (user == Root || user == Posix.EffectiveUser)
            return null;
        try
        {
            var map = Newest();
            if (map.MayUser(user, name))
                return null;
            if (map.CgroupLine == 0)
                return $"User {user} may not be '{name}' on this machine: {_path} does not say so. Whoever administers it adds a line with the user and the name.";
            var (cgroup, unknown) = findCgroup();
            if (cgroup is null)
                return $"User {user} may not be '{name}' on this machine: {_path} does not say so, and what it says of cgroups can't be applied, because {unknown}.";
            return map.MayCgroup(cgroup, name)
                ? null
                : $"Neither user {user} nor cgroup {cgroup} may be '{name}' on this machine: {_path} does not say so. Whoever administers it adds a line with one of them and the name.";
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or FormatException)
        {
            return $"The map of users to services, {_path}, can't be used, so nobody is given a name: {problem.Message}";
        }
    }

    private NameMap Newest()
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
        var map = NameMap.Parse(File.ReadAllLines(_path));
        if (map.CgroupLine > 0 && !ProcessCgroup.IsKnown(_proc))
        {
            throw new FormatException(
                $"Line {map.CgroupLine} names a cgroup, and this machine has cgroups of version 1 alone, which don't tell services apart. "
                + "Boot it with systemd.unified_cgroup_hierarchy=1, or map users.");
        }
        (_map, _readAt) = (map, writtenAt);
    }
}
