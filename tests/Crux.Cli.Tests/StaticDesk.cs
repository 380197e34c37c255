using Crux.Machines.Flock;
using Crux.Machines.Flock.Attributes;
using Crux.Machines.Flock.Authority;
using Crux.Machines.Flock.Election;
using Crux.Node.Security;
using Crux.Services.Operator;

namespace Crux.Cli.Tests;

/// <summary>A desk that takes the orders of one key, and shows what the test states.</summary>
internal sealed class StaticDesk : IOrderDesk, IDisposable
{
    /// <summary>A sealed flock, a stranger that names itself, and one that does not.</summary>
    public static readonly FlockStanding Crowded = new(
        new SealStatus(0x5ea1, 3, "", 0),
        [new ForeignSighting("main", "other", 0x0bad, NetAddress.V4(0x0a000009, 23123))],
        [new UnreadSource(NetAddress.V4(0x0a000007, 23123), 12, RejectReason.ForeignFlock, new Instant(0))],
        [new AddressRange(0x0a000000, 24)], 23123, 2, new SortedDictionary<string, string>(StringComparer.Ordinal), [], new Instant(TimeSpan.TicksPerSecond))
    {
        Contacts = [NetAddress.V4(0x0a090002, 4000)],
    };

    /// <summary>Of a voter of the flock's lineage whose last lease has 2.4 s left.</summary>
    public static FlockStanding Elected(params NodeId[] voters) => FlockStanding.None with
    {
        Election = new ElectionReport((UInt128)0x2a5c71d9_00000abc << 64, true, 4, 4, FlockStanding.None.ReadAt + TimeSpan.FromSeconds(2.4),
            [.. voters.Select(id => new VoterReport(id, id.Brief, NetAddress.V4(0x0a000001, 23123), VoterPresence.Here))]),
    };

    public FlockStanding Standing { get; set; } = FlockStanding.None;

    public OperatorKey Key { get; } = OperatorKey.Create();

    public ProbeResult Probe { get; set; } = new(ProbeOutcome.Silence, ProbeOutcome.Silence, null);

    public List<OperatorOrder> Orders { get; } = [];

    /// <summary>Who may give orders beside the key.</summary>
    public OperatorRoster Roster { get; set; } = OperatorRoster.Empty;

    /// <summary>What happens when an order is taken.</summary>
    public Action? OnOrder { get; set; }

    public string? Problem { get; set; }

    public Task<FlockAuthority> GetAuthorityAsync(CancellationToken cancellationToken) =>
        Task.FromResult(new FlockAuthority("main", "prod", Standing.Sealing.Uuid, 7, Key.PublicKey) { Roster = Roster, OfOthers = [.. Orders.Where(order => !order.SignerKey.IsEmpty)] });

    public Task<FlockStanding> LookAsync(CancellationToken cancellationToken) => Task.FromResult(Standing);

    public Task<ProbeResult> ProbeAsync(NetAddress address, CancellationToken cancellationToken) => Task.FromResult(Probe);

    public Task<IReadOnlyList<NodeAttributes>> GatherAttributesAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<NodeAttributes>>([]);

    public Task<int> MeetEverybodyAsync(CancellationToken cancellationToken) => Task.FromResult(0);

    public Task<string?> SetAttributeAsync(string key, string? value, CancellationToken cancellationToken)
    {
        if (NodeAttributes.FindProblem(key, value ?? "") is { } problem)
            return Task.FromResult<string?>(problem);
        var all = new SortedDictionary<string, string>(Standing.Attributes.ToDictionary(), StringComparer.Ordinal);
        if (value is null)
            all.Remove(key);
        else
            all[key] = value;
        Standing = Standing with { Attributes = all };
        return Task.FromResult<string?>(null);
    }

    /// <summary>What a refounding would say; null where none is needed.</summary>
    public RefoundTerms? Plan { get; set; }

    public Task<(RefoundTerms? Terms, string? Problem)> PlanRefoundingAsync(CancellationToken cancellationToken) =>
        Task.FromResult((Plan, Plan is null ? "A leader is elected, in term 4: there is nothing to refound." : null));

    /// <summary>What keeps it from the disk.</summary>
    public string? Unwritten { get; set; }

    public Task<string?> FindUnwrittenAsync(CancellationToken cancellationToken) => Task.FromResult(Unwritten);

    public Task<string?> PlaceAsync(ReadOnlyMemory<byte> order, CancellationToken cancellationToken)
    {
        if (!OperatorOrder.TryRead(order.Span, out var read) || !read.IsSignedUnder(Key.PublicKey, Key.Signer) || Roster.RoleOf(read) < OperatorRoster.RoleFor(read.Kind))
            return Task.FromResult<string?>("not signed");
        if (Problem is null)
        {
            if (read.Kind == OrderKind.Operators && OperatorRoster.TryRead(read.Payload.Span, out var roster))
                Roster = roster;
            Orders.Add(read);
            OnOrder?.Invoke();
        }
        return Task.FromResult(Problem);
    }

    public void Dispose() => Key.Dispose();
}
