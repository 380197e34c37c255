using System.Globalization;

namespace Crux.Node.Security;

/// <summary>
/// Which names the processes of a user, or of a cgroup, may have. A line: a user or <c>*</c>, or the path of a cgroup, which begins with <c>/</c>; then names,
/// apis or <c>*</c>. <c>#</c> begins a comment. Immutable.
/// </summary>
internal sealed class NameMap
{
    private const string PasswordFile = "/etc/passwd";
    private const char Separator = '/';

    private readonly Dictionary<string, HashSet<string>> _users = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HashSet<string>> _cgroups = new(StringComparer.Ordinal);

    private NameMap()
    {
    }

    public static NameMap Empty { get; } = new();

    /// <summary>The first line that speaks of a cgroup, from 1; 0 where none does.</summary>
    public int CgroupLine { get; private init; }

    /// <exception cref="FormatException">A line makes no sense; the message names it and says what would.</exception>
    public static NameMap Parse(string[] lines)
    {
        var map = new NameMap { CgroupLine = Array.FindIndex(lines, line => line.TrimStart().StartsWith(Separator)) + 1 };
        var known = default(Dictionary<string, string>);
        foreach (var (index, line) in lines.Index())
        {
            var words = line.Split('#')[0].Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
            if (words.Length == 0)
                continue;
            var who = words[0];
            if (who.StartsWith(Separator))
                CheckCgroup(who, index + 1);
            else if (who != TrustParty.Any && !uint.TryParse(who, CultureInfo.InvariantCulture, out _))
                who = (known ??= Users()).GetValueOrDefault(who) ?? throw new FormatException($"Line {index + 1}: there is no user '{who}' in {PasswordFile}; write its number. A cgroup begins with '/'.");
            if (words.Length == 1 || words.Skip(1).Any(name => name != TrustParty.Any && !NameRules.Holds(name)))
                throw new FormatException($"Line {index + 1}: after the user or cgroup come the names that it may have: apis, instances, clients, or '*'.");
            var part = who.StartsWith(Separator) ? map._cgroups : map._users;
            if (!part.TryGetValue(who, out var names))
                part.Add(who, names = new HashSet<string>(StringComparer.Ordinal));
            names.UnionWith(words.Skip(1));
        }
        return map;
    }

    /// <summary>Whether every process of a user may have a name.</summary>
    public bool MayUser(uint user, string name) => May(_users, user.ToString(CultureInfo.InvariantCulture), name) || May(_users, TrustParty.Any, name);

    /// <summary>Whether every process in a cgroup may have a name: by a line about it, or about one that it is in.</summary>
    public bool MayCgroup(string cgroup, string name)
    {
        // Whole parts of the path: web.service says nothing of web.service2.
        for (var path = cgroup; path.Length > 0; path = path[..path.LastIndexOf(Separator)])
        {
            if (May(_cgroups, path, name))
                return true;
        }
        return false;
    }

    private static bool May(Dictionary<string, HashSet<string>> part, string who, string name) =>
        part.TryGetValue(who, out var names) && (names.Contains(name) || names.Contains(TrustParty.Any) || (TrustParty.ApiOf(name) is { } api && names.Contains(api)));

    private static void CheckCgroup(string path, int line)
    {
        if (path.Length == 1)
            throw new FormatException($"Line {line}: every process is in the cgroup '/'. If you mean everybody, write '*'.");
        if (path[1..].Split(Separator).Any(part => part is "" or "." or ".."))
            throw new FormatException($"Line {line}: '{path}' is no path of a cgroup. Write it as 'cat /proc/PID/cgroup' shows it after '0::', with no '/' at its end.");
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
