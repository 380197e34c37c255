using System.CommandLine;
using Crux.Node;
using Microsoft.Extensions.Configuration;

namespace Crux.Daemon.Run;

/// <summary>What a node is told, from all its sources: the defaults beside the program, /etc, the working directory, the environment, flags.</summary>
internal sealed class NodeConfiguration
{
    /// <summary>The machine's own settings.</summary>
    public const string SystemPath = "/etc/crux/appsettings.json";

    private const string FileName = "appsettings.json";

    // Read by services and clients on the same machine; not a typing error in a file that they share.
    private static readonly HashSet<string> OthersKeys = new(StringComparer.OrdinalIgnoreCase) { "RescanPeriod", "HeartbeatPeriod", "Bind", "InstanceId" };

    private NodeConfiguration(IConfiguration root, CruxNodeOptions options, IReadOnlyList<string> unknownKeys) =>
        (Root, Options, UnknownKeys) = (root, options, unknownKeys);

    /// <summary>Everything, logging included.</summary>
    public IConfiguration Root { get; }

    /// <summary>Section <c>Crux</c>, bound and not yet checked.</summary>
    public CruxNodeOptions Options { get; }

    /// <summary>Keys of section <c>Crux</c> that nobody reads: probably typing errors.</summary>
    public IReadOnlyList<string> UnknownKeys { get; }

    /// <summary>Reads all sources.</summary>
    /// <exception cref="NodeStartException">A file can't be read, or a value is of the wrong kind; the message says what to do.</exception>
    public static NodeConfiguration Read(NodeFlags flags, ParseResult parsed)
    {
        var named = flags.ConfigPath(parsed);
        if (named is not null && !File.Exists(named))
            throw new NodeStartException($"There is no configuration file {named}: give --config the path of an appsettings.json.");
        try
        {
            var root = new ConfigurationBuilder()
                .AddJsonFile(Path.Combine(AppContext.BaseDirectory, FileName), optional: true)
                .AddJsonFile(SystemPath, optional: true)
                .AddJsonFile(Path.GetFullPath(named ?? FileName), optional: true)
                .AddEnvironmentVariables()
                .AddInMemoryCollection(flags.Settings(parsed))
                .Build();
            var section = root.GetSection(CruxNodeOptions.Section);
            var options = section.Get<CruxNodeOptions>() ?? new CruxNodeOptions();
            Replace(options.Ranges, flags.Ranges(parsed));
            Replace(options.Contacts, flags.Contacts(parsed));
            return new NodeConfiguration(root, options, Unknown(section));
        }
        catch (Exception problem) when (problem is InvalidDataException or InvalidOperationException or FormatException)
        {
            var why = problem.InnerException is { } inner ? $"{problem.Message} {inner.Message}" : problem.Message;
            throw new NodeStartException($"The configuration can't be read: {why}", problem);
        }
    }

    // Lists of two sources would be mixed item by item: flags replace the whole list.
    private static void Replace(IList<string> configured, string[] given)
    {
        if (given.Length == 0)
            return;
        configured.Clear();
        foreach (var one in given)
            configured.Add(one);
    }

    private static List<string> Unknown(IConfigurationSection section)
    {
        var known = typeof(CruxNodeOptions).GetProperties().Select(property => property.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        return [.. section.GetChildren().Select(child => child.Key).Where(key => !known.Contains(key) && !OthersKeys.Contains(key))];
    }
}
