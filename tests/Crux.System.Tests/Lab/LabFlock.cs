using Crux.Protos;

namespace Crux.System.Tests.Lab;

/// <summary>A flock of daemons, one on each host of a lab, with a secret made for this run.</summary>
internal sealed class LabFlock : IAsyncDisposable
{
    /// <summary>Longer than any figure that is asserted: a test that runs into it has failed for another reason than slowness.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);

    private LabFlock(NetLab lab, IReadOnlyList<FulcrumHost> nodes) => (Lab, Nodes) = (lab, nodes);

    public NetLab Lab { get; }

    public IReadOnlyList<FulcrumHost> Nodes { get; }

    /// <summary>Makes hosts and files; starts nothing.</summary>
    public static async Task<LabFlock> CreateAsync(int nodes, CancellationToken cancellationToken, int prefixLength = 24)
    {
        var lab = await NetLab.CreateAsync(nodes, cancellationToken, prefixLength);
        try
        {
            var file = await MakeSecretAsync(lab, "lab", cancellationToken);
            return new LabFlock(lab, [.. lab.Hosts.Select(host => new FulcrumHost(lab, host, file))]);
        }
        catch
        {
            await lab.DisposeAsync();
            throw;
        }
    }

    /// <summary>Makes hosts and files, starts every daemon, and waits until all see each other and one leader.</summary>
    public static async Task<LabFlock> StartAsync(int nodes, CancellationToken cancellationToken, int prefixLength = 24)
    {
        var flock = await CreateAsync(nodes, cancellationToken, prefixLength);
        try
        {
            foreach (var node in flock.Nodes)
                node.Start();
            await flock.WhenWholeAsync(flock.Nodes, Patience, cancellationToken);
            return flock;
        }
        catch
        {
            await flock.DisposeAsync();
            throw;
        }
    }

    /// <summary>Makes a flock file with <c>crux secret new</c>.</summary>
    public static async Task<string> MakeSecretAsync(NetLab lab, string name, CancellationToken cancellationToken)
    {
        var made = lab.Start("crux-secret", Programs.CruxCli, "secret", "new", name, "--out", lab.Directory.FullName);
        if (await made.WaitForExitAsync(Patience, cancellationToken) != 0)
            throw new InvalidOperationException($"crux secret new failed.\n{made.Story}");
        return lab.Directory.In(name + ".flock");
    }

    /// <summary>Waits until each of <paramref name="nodes"/> sees exactly them, and all name one leader among them with its steward ready.</summary>
    public async Task<TimeSpan> WhenWholeAsync(IReadOnlyCollection<FulcrumHost> nodes, TimeSpan limit, CancellationToken cancellationToken)
    {
        try
        {
            return await Eventually.HoldsAsync(limit, () => MissingAsync(nodes), cancellationToken);
        }
        catch (TimeoutException late)
        {
            throw new TimeoutException($"{late.Message}\n{string.Join('\n', nodes.Select(node => node.Process.Story))}");
        }
    }

    /// <summary>The node that <paramref name="witness"/> holds for the leader.</summary>
    public async Task<FulcrumHost> LeaderAsync(FulcrumHost witness)
    {
        var status = await witness.StatusAsync() ?? throw new InvalidOperationException($"{witness.Name} doesn't answer.\n{witness.Process.Story}");
        return Nodes.Single(node => node.Name == status.LeaderName);
    }

    /// <summary>Waits until each of <paramref name="nodes"/> lists exactly <paramref name="servers"/>, all serving.</summary>
    public static Task<TimeSpan> WhenListedAsync(
        IReadOnlyCollection<FulcrumHost> nodes, IReadOnlyCollection<LoadServer> servers, TimeSpan limit, CancellationToken cancellationToken)
    {
        var expected = servers.Select(server => server.Listed).Order(StringComparer.Ordinal).ToList();
        return Eventually.HoldsAsync(limit, LookAsync, cancellationToken);

        async Task<string?> LookAsync()
        {
            foreach (var node in nodes)
            {
                if (await node.ServicesAsync() is not { } services)
                    return $"{node.Name} doesn't answer.\n{node.Process.Story}";
                var listed = services.Entries
                    .Where(entry => entry.Status == Status.Serving)
                    .Select(entry => $"{entry.Instance}@{entry.NetId.Split(':')[0]}").Order(StringComparer.Ordinal).ToList();
                if (!listed.SequenceEqual(expected) || services.Steward != StewardState.Ready)
                    return $"{node.Name} lists {string.Join(", ", listed)} with steward {services.Steward}; expected {string.Join(", ", expected)}.";
            }
            return null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in Nodes)
            node.Dispose();
        await Lab.DisposeAsync();
    }

    private static async Task<string?> MissingAsync(IReadOnlyCollection<FulcrumHost> nodes)
    {
        var expected = nodes.Select(node => node.Name).Order(StringComparer.Ordinal).ToList();
        var leaders = new HashSet<string>();
        foreach (var node in nodes)
        {
            if (node.Process.HasExited)
                return $"{node.Name} ended.";
            if (await node.StatusAsync() is not { } status || await node.MembersAsync() is not { } members)
                return $"{node.Name} doesn't answer.";
            var seen = members.Members.Where(member => !member.Unreachable).Select(member => member.Name).Order(StringComparer.Ordinal).ToList();
            if (!seen.SequenceEqual(expected))
                return $"{node.Name} sees {string.Join(", ", seen)}.";
            if (status.LeaderName.Length == 0)
                return $"{node.Name} has no leader.";
            if (status.Steward != StewardState.Ready)
                return $"{node.Name} finds steward {status.Steward}.";
            leaders.Add(status.LeaderName);
        }
        return leaders.Count == 1 && expected.Contains(leaders.Single()) ? null : $"The leaders are {string.Join(", ", leaders)}.";
    }
}
