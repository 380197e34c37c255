using Crux.Node;
using Crux.Node.Security;
using Crux.Testing.Network;
using Crux.Testing.Time;

namespace Crux.Testing;

/// <summary>
/// A flock in this process, for tests: the nodes that <c>fulcrum</c> runs, on a network that can be cut and a clock that can be played forward.
/// Needs no root, no daemon and nothing on the machine but loopback.
/// </summary>
/// <remarks>
/// Real: nodes, keys, TLS, registry, Unix sockets, threads, and how long a call takes. Not real: datagrams go through memory, connections through a
/// relay, and the flock's time (beats, verdicts, leases, validities, rescans) is <see cref="Time"/>. Two runs with one seed are alike, not the same.
/// </remarks>
public sealed class TestFlock : IAsyncDisposable
{
    /// <summary>The most nodes of one flock.</summary>
    public const int MaxNodes = 50;

    private const string Name = "test";
    private const string Bloc = "tests";

    /// <summary>How much of the flock's time waiting plays at most; after that it waits at the machine's pace.</summary>
    private static readonly TimeSpan LongestPlay = TimeSpan.FromMinutes(2);

    /// <summary>How long it waits in all, by the machine's clock.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly string _directory = Directory.CreateTempSubdirectory("crux-test-").FullName;
    private readonly LoopbackBlock _block = LoopbackBlock.Claim();

    private TestFlock(TestFlockOptions options)
    {
        Time = new FlockTime();
        Clock = new MonotonicClock(Time);
        Network = new TestNetwork(options.Seed, Time);
        Loss = options.Loss;
        FlockFilePath = Path.Combine(_directory, $"{Name}.flock");
        OperatorKeyPath = Path.Combine(_directory, $"{Name}.operator");
        using (var key = OperatorKey.Create())
        {
            key.Write(OperatorKeyPath);
            FlockFile.Create(key.PublicKey).Write(FlockFilePath);
        }
        Nodes = [.. Enumerable.Range(1, options.Nodes).Select(number => Compose(number, options))];
    }

    /// <summary>Its machines: <c>node1</c> is the first.</summary>
    public IReadOnlyList<TestNode> Nodes { get; }

    /// <summary>The flock's clock, for whatever of the test should live in the same time.</summary>
    public FlockTime Time { get; }

    /// <summary>The flock file that all nodes have.</summary>
    public string FlockFilePath { get; }

    /// <summary>The operator's key: what <c>crux trust</c> signs with.</summary>
    public string OperatorKeyPath { get; }

    /// <summary>The part of datagrams lost, 0 to 1. Connections lose nothing.</summary>
    public double Loss
    {
        get => Network.Datagrams.Conditions.Loss;
        set => Network.Datagrams.Conditions = Network.Datagrams.Conditions with { Loss = value };
    }

    /// <summary>The node that all nodes which are up call the leader; null while they don't agree on one that is up.</summary>
    public TestNode? Leader
    {
        get
        {
            var up = Nodes.Where(node => node.IsUp).ToList();
            var named = up.Select(node => node.View.Leader).Distinct().ToList();
            return named is [{ } leader] ? up.Find(node => node.Id == leader) : null;
        }
    }

    internal TestNetwork Network { get; }

    internal MonotonicClock Clock { get; }

    /// <summary>Starts a flock, and returns when all its nodes see each other and have a leader whose steward has heard them all.</summary>
    /// <param name="nodes">How many, 1 to 50.</param>
    /// <param name="seed">What the network's chances are drawn from.</param>
    /// <param name="configure">Has the last word.</param>
    /// <exception cref="TimeoutException">They don't come together; the message says how far they came.</exception>
    public static async Task<TestFlock> StartAsync(
        int nodes = 3, ulong seed = 1, Action<TestFlockOptions>? configure = null, CancellationToken cancellationToken = default)
    {
        var options = new TestFlockOptions { Nodes = nodes, Seed = seed };
        configure?.Invoke(options);
        options.Check();
        var flock = new TestFlock(options);
        try
        {
            await Task.WhenAll(flock.Nodes.Select(node => node.StartAsync(cancellationToken)));
            await flock.UntilWholeAsync(cancellationToken);
            if (options.Rules.Count > 0)
                await flock.ChangeRulesAsync(options.Rules, cancellationToken);
            else if (options.IsSealed)
                await flock.SealAsync(cancellationToken);
            return flock;
        }
        catch
        {
            await flock.DisposeAsync();
            throw;
        }
    }

    /// <summary>Plays <paramref name="span"/> of the flock's time, and returns when it has passed.</summary>
    public Task AdvanceAsync(TimeSpan span, CancellationToken cancellationToken = default) => Time.AdvanceAsync(span, cancellationToken);

    /// <summary>Plays the flock's time until <paramref name="condition"/> holds.</summary>
    /// <param name="what">What is waited for, in words: for the message.</param>
    /// <exception cref="TimeoutException">It did not come true within two minutes of the flock's time and 30 s of the machine's.</exception>
    public Task UntilAsync(Func<bool> condition, string what, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(condition);
        return UntilAsync(() => Task.FromResult(condition()), what, cancellationToken);
    }

    /// <summary>The same for a condition that takes a question to answer.</summary>
    /// <param name="condition">Is asked again and again, one at a time.</param>
    /// <param name="what">What is waited for, in words: for the message.</param>
    /// <exception cref="TimeoutException">It did not come true within two minutes of the flock's time and 30 s of the machine's.</exception>
    public async Task UntilAsync(Func<Task<bool>> condition, string what, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(condition);
        var start = TimeProvider.System.GetTimestamp();
        var before = Time.GetTimestamp();
        while (!await condition())
        {
            var played = Time.GetElapsedTime(before);
            if (TimeProvider.System.GetElapsedTime(start) > Patience)
                throw new TimeoutException($"Waited {played.TotalSeconds:0} s of the flock's time in vain: {what}. {Describe()}");
            if (played < LongestPlay)
                await Time.AdvanceAsync(FlockTime.Stride, cancellationToken);
            else
                await Task.Delay(FlockTime.Stride, cancellationToken);
        }
    }

    /// <summary>Waits until the nodes that are up see just each other, agree on a leader, and its steward has heard them all.</summary>
    /// <exception cref="TimeoutException">They don't; the message says how far they came.</exception>
    public Task UntilWholeAsync(CancellationToken cancellationToken = default) => UntilAsync(IsWhole, "the nodes that are up to be one flock", cancellationToken);

    /// <summary>Seals the flock as <c>crux flock seal</c> does, and returns when each node that is up has the birth record. Sealed already, it returns at once.</summary>
    public async Task SealAsync(CancellationToken cancellationToken = default)
    {
        var up = Nodes.Where(node => node.IsUp).ToList();
        await AskAsync(up[0], async it =>
        {
            if (!await it.IsSealedAsync(cancellationToken))
                await it.SealAsync(up.Count, cancellationToken);
            return true;
        });
        await UntilAllAsync(up, it => it.IsSealedAsync(cancellationToken), "all nodes to have the birth record", cancellationToken);
    }

    /// <summary>
    /// Changes who may call whom, as <c>crux trust</c> does, and returns when each node that is up has the new rules; the processes on it hear of them a
    /// moment later. A flock that is not sealed is sealed first.
    /// </summary>
    /// <param name="lines"><c>allow FROM TO [METHOD ...]</c>, <c>deny ...</c>, <c>drop allow ...</c> or <c>mode learn|warn|strict|unset [TO]</c>.</param>
    /// <exception cref="ArgumentException">A line is none of these, or can't be done; the message says why.</exception>
    public async Task ChangeRulesAsync(IEnumerable<string> lines, CancellationToken cancellationToken = default)
    {
        await SealAsync(cancellationToken);
        var up = Nodes.Where(node => node.IsUp).ToList();
        var revision = await AskAsync(up[0], it => it.ChangeRulesAsync(lines, cancellationToken));
        await UntilAllAsync(up, async it => await it.RevisionAsync(cancellationToken) >= revision, "all nodes to have the rules", cancellationToken);
    }

    /// <summary>Has nobody trust a node any more, as <c>crux trust revoke</c> does, and returns when no other node that is up has it in view.</summary>
    public async Task RevokeAsync(TestNode node, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(node);
        var id = node.Id;
        var others = Nodes.Where(other => other != node && other.IsUp).ToList();
        await AskAsync(others[0], async it =>
        {
            await it.RevokeAsync(id, cancellationToken);
            return true;
        });
        await UntilAsync(() => others.TrueForAll(other => other.View.Find(id) is null), $"{node.Name} to be out of everybody's view", cancellationToken);
    }

    /// <summary>
    /// Splits the network: nodes of different parts can't reach each other, datagrams and connections alike, nor can the services and clients on them.
    /// Nodes that are in no part are a part of their own together. Comes on top of what is cut already.
    /// </summary>
    public void Partition(params IReadOnlyList<TestNode>[] parts)
    {
        var rest = Nodes.Except(parts.SelectMany(part => part)).ToList();
        IReadOnlyList<TestNode>[] all = [.. parts, rest];
        foreach (var part in all)
        {
            foreach (var node in part)
            {
                foreach (var other in all.Where(it => it != part).SelectMany(it => it))
                    Cut(node, other);
            }
        }
    }

    /// <summary>Cuts one direction: what <paramref name="from"/> sends does not reach <paramref name="to"/>.</summary>
    public void Cut(TestNode from, TestNode to)
    {
        ArgumentNullException.ThrowIfNull(from);
        ArgumentNullException.ThrowIfNull(to);
        Network.Cut(from.Machine, to.Machine, from.Address.Port);
    }

    /// <summary>Mends every cut. What waited on connections that still stand is delivered.</summary>
    public void Heal() => Network.Heal();

    /// <summary>Ends all nodes at once, and removes their files.</summary>
    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(Nodes.Select(node => node.EndAsync().AsTask()));
        await Network.DisposeAsync();
        Time.Dispose();
        _block.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private async Task<T> AskAsync<T>(TestNode node, Func<TestOperator, Task<T>> ask)
    {
        using var it = new TestOperator(node.Socket, OperatorKeyPath);
        return await ask(it);
    }

    private Task UntilAllAsync(List<TestNode> nodes, Func<TestOperator, Task<bool>> holds, string what, CancellationToken cancellationToken) => UntilAsync(
        async () =>
        {
            foreach (var node in nodes)
            {
                if (!await AskAsync(node, holds))
                    return false;
            }
            return true;
        },
        what,
        cancellationToken);

    private bool IsWhole()
    {
        var up = Nodes.Where(node => node.IsUp).ToList();
        return Leader is not null && up.TrueForAll(node =>
            node.View is { IsSettled: true } view && view.Members.Length == up.Count && up.TrueForAll(other => view.Find(other.Id)?.Status == MemberStatus.Alive)
            && node.Up.Boot.IsBooted);
    }

    private string Describe() => string.Join("; ", Nodes.Select(node => node.IsUp
        ? $"{node.Name} sees {string.Join(", ", node.View.Members.Select(member => $"{member.Name} ({member.Status})"))}, led by {node.View.Leader?.ToString() ?? "nobody"}"
            + string.Concat(node.Up.Boot.Current.Where(step => step.WaitsFor.Length > 0).Select(step => $", {step.Name} waits for {step.WaitsFor}"))
        : $"{node.Name} is down"));

    private TestNode Compose(int number, TestFlockOptions options)
    {
        var machine = Network.Add($"node{number}", _block.HostOf(number));
        var home = Directory.CreateDirectory(Path.Combine(_directory, $"n{number}")).FullName;
        var identities = Path.Combine(home, "identities");
        File.WriteAllText(identities, "* *\n");
        var its = new CruxNodeOptions
        {
            Flock = Name,
            Bloc = Bloc,
            FlockFile = FlockFilePath,
            Name = machine.Name,
            Address = machine.Host.ToIPAddress().ToString(),
            Ranges = [_block.Range.ToString()],
            StateDirectory = home,
            Socket = Path.Combine(home, "reeve.sock"),
            // Never this computer's own, whatever the test's author has there.
            Identities = identities,
        };
        options.Configure(number, its);
        return new TestNode(this, machine, its, options.Logs(machine.Name));
    }
}
