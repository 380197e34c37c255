using Crux.Machines.Flock.Authority;
using Crux.Machines.Tests.Flock;
using static System.FormattableString;

namespace Crux.Bench;

/// <summary>How long a revoked node, a dropped rule and a removed operator go on anywhere in a flock of a hundred.</summary>
internal static class Revocation
{
    private const int Nodes = 100;
    private const int Seeds = 5;
    private static readonly TimeSpan Promised = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);
    private static readonly byte[] Rules = Crux.Machines.Trust.RuleOrder.Write(Crux.Machines.Trust.RuleSet.Empty, Crux.Machines.Trust.RuleSet.Empty, []);

    public static Bench Bench { get; } = new(
        "revoke",
        "The machine that real nodes run, 100 of them on virtual time with real frame encryption, 0.2 to 1 ms a hop, seeds 1-5 for each loss. An order is placed on one node; for each other node the time until its view, on which TLS pins, "
            + "peers' connections and processes' trust hang, has lost the revoked one, or until it has the order. In steps of 10 ms, rounded up. What a node does from there on: 'revoke-streams'.",
        _ => Task.FromResult<IReadOnlyList<Row>>([.. Run()]));

    private static IEnumerable<Row> Run()
    {
        foreach (var loss in (double[])[0, 0.05, 0.2])
        {
            var (revoked, ruled) = (new List<TimeSpan>(), new List<TimeSpan>());
            for (var seed = 1UL; seed <= Seeds; seed++)
            {
                var flock = Start(seed, loss);
                ruled.AddRange(Order(flock, OrderKind.Rules, Rules, (node, order) => node.Machine.RememberedOrders.Any(held => held.Id == order.Id)));
                var thief = flock.Nodes.Last(node => node.View.Leader != node.Id);
                revoked.AddRange(Order(flock, OrderKind.Revoke, OrderNodes.Write([thief.Id]), (node, _) => node == thief || node.View.Find(thief.Id) is null));
            }
            yield return Shape(Invariant($"a revoked node gone from every other's view, {loss:P0} loss"), revoked);
            yield return Shape(Invariant($"a changed rule known, {loss:P0} loss"), ruled);
        }
    }

    private static Row Shape(string what, List<TimeSpan> times)
    {
        times.Sort();
        var p99 = times[(int)Math.Ceiling(times.Count * 0.99) - 1];
        return new(
            what,
            Invariant($"{p99 / Promised:0.00} of the limit: p99 {p99.TotalMilliseconds:0} ms, median {times[times.Count / 2].TotalMilliseconds:0} ms, worst {times[^1].TotalMilliseconds:0} ms, {times.Count} nodes"),
            Invariant($"p99 <= {Promised.TotalSeconds:0} s"),
            p99 <= Promised);
    }

    private static TestFlock Start(ulong seed, double loss)
    {
        var flock = new TestFlock(seed) { Loss = loss };
        flock.Start(Enumerable.Range(1, Nodes));
        Need(flock.RunUntil(flock.IsAtOneInNumber, Patience), "find each other");
        Need(flock.Seal(flock.Nodes[0], Nodes) is null && flock.RunUntil(() => flock.Nodes.TrueForAll(node => node.Machine.Sealing.Uuid != 0), Patience), "be sealed");
        flock.Run(TimeSpan.FromSeconds(20));
        return flock;
    }

    private static List<TimeSpan> Order(TestFlock flock, OrderKind kind, byte[] payload, Func<TestNode, OperatorOrder, bool> isDone)
    {
        var (began, desk) = (flock.Now, flock.Nodes[7]);
        var order = flock.Order(desk, kind, payload);
        Need(flock.Place(desk, order) is null, "take the order");
        var took = new Dictionary<TestNode, TimeSpan>();
        Need(flock.RunUntil(
            () =>
            {
                foreach (var node in flock.Nodes)
                {
                    if (!took.ContainsKey(node) && isDone(node, order))
                        took.Add(node, flock.Now - began);
                }
                return took.Count == Nodes;
            },
            Patience), "hear of the order");
        flock.Run(TimeSpan.FromSeconds(5));
        return [.. took.Values];
    }

    private static void Need(bool held, string what)
    {
        if (!held)
            throw new InvalidOperationException($"The flock did not {what} in {Patience.TotalSeconds:0} s of its own time.");
    }
}
