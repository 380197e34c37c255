using System.Security.Cryptography;
using Crux.Machines.Flock.Authority;
using Crux.Machines.Flock.Keys;
using Crux.Machines.Trust;

namespace Crux.Machines.Tests.Trust;

public sealed class TrustStories : IDisposable
{
    private readonly P256NodeSigner _operator = new(ECDsa.Create(ECCurve.NamedCurves.nistP256));
    private readonly TrustOutbox _outbox = new();
    private ulong _sequence;

    private FlockAuthority Flock => new("hall", "mill", 7, 0, _operator.PublicKey);

    [Fact]
    public void An_order_that_says_what_was_changed_needs_nobody_else()
    {
        var machine = new TrustMachine(null, _operator, 1);
        var first = RuleTests.Set("allow web galumph2");

        machine.Learn(default, Order(RuleSet.Empty, first, RuleChange.Add(first.Rules[0])), _outbox);

        Assert.Equal(first.Rules, _outbox.Adopted!.Rules.Rules);
        Assert.Null(machine.Wanted);
        Assert.Equal(Instant.Never, machine.NextDeadline);
    }

    [Fact]
    public void A_set_that_the_changes_do_not_lead_to_is_fetched_and_the_old_one_holds_until_then()
    {
        var machine = new TrustMachine(null, _operator, 2);
        var (first, second) = (RuleTests.Set("allow web galumph2"), RuleTests.Set("allow batch galumph2", "allow web galumph2"));
        var order = Order(first, second, RuleChange.Add(second.Rules[0]));
        machine.Learn(default, order, _outbox);
        Assert.Equal((null, order), (_outbox.Adopted, machine.Wanted));

        var asked = AskedAt(machine, default);
        // One has nothing yet, one lies, one has it.
        Assert.True(machine.Answer(asked, [], Flock, _outbox));
        asked = AskedAt(machine, asked);
        using var thief = new P256NodeSigner(ECDsa.Create(ECCurve.NamedCurves.nistP256));
        Assert.False(machine.Answer(asked, Signed(Order(first, second, thief)), Flock, _outbox));
        asked = AskedAt(machine, asked);
        Assert.True(machine.Answer(asked, SignedRules.Join(order, second)!.ToBytes(), Flock, _outbox));

        Assert.Equal(second.Rules, _outbox.Adopted!.Rules.Rules);
        Assert.Equal((null, Instant.Never), (machine.Wanted, machine.NextDeadline));

        byte[] Signed(OperatorOrder forged) => SignedRules.Join(forged, second)!.ToBytes();
    }

    [Fact]
    public void The_later_order_counts_whichever_comes_first()
    {
        var (one, other) = (RuleTests.Set("allow web galumph2"), RuleTests.Set("allow batch galumph2"));
        var orders = new[] { Order(RuleSet.Empty, one, RuleChange.Add(one.Rules[0])), Order(RuleSet.Empty, other, RuleChange.Add(other.Rules[0])) };
        foreach (var turn in new[] { orders, [orders[1], orders[0]] })
        {
            var machine = new TrustMachine(null, _operator, 3);
            foreach (var order in turn)
                machine.Learn(default, order, _outbox);
            if (machine.Wanted is not null)
                machine.Answer(AskedAt(machine, default), SignedRules.Join(orders[1], other)!.ToBytes(), Flock, _outbox);
            Assert.Equal(other.Rules, machine.Current!.Rules.Rules);
        }
    }

    [Fact]
    public void An_answer_of_another_flock_is_none()
    {
        var machine = new TrustMachine(null, _operator, 4);
        var (first, second) = (RuleTests.Set("allow web galumph2"), RuleTests.Set("allow batch galumph2"));
        var order = Order(first, second, RuleChange.Add(second.Rules[0]));
        machine.Learn(default, order, _outbox);

        Assert.False(machine.Answer(AskedAt(machine, default), SignedRules.Join(order, second)!.ToBytes(), Flock with { Lineage = 8 }, _outbox));
        Assert.Null(machine.Current);
    }

    [Fact]
    public void Where_nobody_is_there_to_ask_it_waits_and_asks_who_comes()
    {
        var machine = new TrustMachine(null, _operator, 5);
        var (first, second) = (RuleTests.Set("allow web galumph2"), RuleTests.Set("allow batch galumph2"));
        machine.Learn(default, Order(first, second, RuleChange.Add(second.Rules[0])), _outbox);

        machine.Tick(machine.NextDeadline, [], _outbox);
        Assert.Null(_outbox.Ask);
        AskedAt(machine, default);
    }

    public void Dispose() => _operator.Dispose();

    private Instant AskedAt(TrustMachine machine, Instant now)
    {
        _outbox.Clear();
        now = Instant.Max(now, machine.NextDeadline);
        machine.Tick(now, [new NodeId(1, 1), new NodeId(2, 2)], _outbox);
        Assert.NotNull(_outbox.Ask);
        _outbox.Clear();
        return now;
    }

    private OperatorOrder Order(RuleSet before, RuleSet after, RuleChange change) =>
        OperatorOrder.Sign(OrderKind.Rules, Flock, ++_sequence, _sequence, RuleOrder.Write(before, after, [change]), _operator);

    private OperatorOrder Order(RuleSet before, RuleSet after, P256NodeSigner signer) =>
        OperatorOrder.Sign(OrderKind.Rules, Flock, 99, 99, RuleOrder.Write(before, after, []), signer);
}
