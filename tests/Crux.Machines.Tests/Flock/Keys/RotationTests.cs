using Crux.Machines.Flock.Keys;

namespace Crux.Machines.Tests.Flock.Keys;

public sealed class RotationTests
{
    private static readonly NodeId Leader = new(1, 1);
    private static readonly Fence Mine = new(7, 3, Leader, TestFlock.AddressOf(1), IsMine: true);

    private readonly Keyring _ring = new();
    private readonly Rotation _rotation;
    private readonly List<KeyMember> _members = [new(1, TestFlock.AddressOf(1)), new(2, TestFlock.AddressOf(2)), new(3, TestFlock.AddressOf(3))];
    private readonly HashSigner _signer = HashSigner.For(1);
    private Instant _now = new(TimeSpan.TicksPerHour);
    private KeyNotice? _notice;
    private ulong _ordered;
    private Fence _fence = Mine;

    public RotationTests()
    {
        _rotation = new Rotation(number =>
        {
            var generation = Generation.Mint(_now, _fence.Lineage, _fence.Term, number, [.. Enumerable.Repeat((byte)(number + 10), 32), .. new byte[32]]);
            _ring.Add(_now, generation);
            return generation;
        });
        _fence = Mine with { Leader = NodeId.FromPublicKey(_signer.PublicKey.Span) };
    }

    [Fact]
    public void A_new_leader_asks_first_and_then_mints_the_first_generation()
    {
        Assert.False(Step());
        Assert.True(_rotation.Asks(_now));
        Pass(Rotation.InquiryTime);
        Assert.True(Step());
        Assert.True(_notice!.Active.IsNone);
        Assert.Equal(1u, _notice.Next.Number);
    }

    [Fact]
    public void Nobody_seals_with_a_generation_before_every_member_has_proved_it()
    {
        First();
        Hold(1, 2);
        Assert.False(Step());
        Assert.Equal((2, 3), (_rotation.Progress.Holding, _rotation.Progress.Needed));
        Assert.Equal([TestFlock.AddressOf(3)], _rotation.Progress.Missing);
        // One that comes while it is on its way has to prove it too.
        _members.Add(new(4, TestFlock.AddressOf(4)));
        Hold(3);
        Assert.False(Step());
        Hold(4);
        Assert.True(Step());
        Assert.Equal((1u, 0u), (_notice!.Active.Number, _notice.Next.Number));
    }

    [Fact]
    public void A_proof_of_the_last_generation_is_none_of_the_next()
    {
        First();
        Hold(1, 2, 3);
        Assert.True(Step());
        _ordered = 5;
        Assert.True(Step());
        Assert.Equal(2u, _notice!.Next.Number);
        // Nor is it told so, to whoever looks before the first count.
        Assert.Equal(0, _rotation.Progress.Holding);
        Assert.False(Step());
        Assert.Equal(0, _rotation.Progress.Holding);
        Hold(1, 2, 3);
        Assert.True(Step());
        Assert.Equal(2u, _notice.Active.Number);
    }

    [Fact]
    public void One_order_makes_one_generation_and_one_given_meanwhile_makes_no_second()
    {
        First();
        Hold(1, 2, 3);
        Assert.True(Step());
        _ordered = 5;
        Assert.True(Step());
        _ordered = 6;
        Assert.True(Step());
        Assert.Equal((6ul, 2u), (_notice!.Order, _notice.Next.Number));
        Hold(1, 2, 3);
        Assert.True(Step());
        Assert.False(Step());
        Assert.Equal(2u, _notice.Active.Number);
    }

    [Fact]
    public void The_next_leader_goes_on_with_what_it_holds_and_in_its_own_term()
    {
        First();
        Succeed();
        Assert.True(Step());
        Assert.Equal((4ul, 1u, 1u), (_notice!.Term, _notice.Revision, _notice.Next.Number));
        Hold(1, 2, 3);
        Assert.True(Step());
        Assert.Equal(1u, _notice.Active.Number);
    }

    [Fact]
    public void What_nobody_alive_holds_is_minted_anew()
    {
        First();
        Hold(1, 2, 3);
        Assert.True(Step());
        _ordered = 5;
        Assert.True(Step());
        _ring.Forget();
        Succeed();
        Assert.False(Step());
        Pass(Rotation.Patience);
        Assert.True(Step());
        Assert.Equal((0u, 3u), (_notice!.Active.Number, _notice.Next.Number));
    }

    [Fact]
    public void The_first_generation_waits_for_the_view_to_settle_but_not_for_ever()
    {
        First();
        Hold(1, 2, 3);
        Assert.False(Step(isSettled: false));
        Pass(Rotation.SettlePatience);
        Assert.True(Step(isSettled: false));
    }

    private void First()
    {
        Step();
        Pass(Rotation.InquiryTime);
        Assert.True(Step());
    }

    private void Succeed()
    {
        _fence = _fence with { Term = _fence.Term + 1 };
        Assert.False(Step());
        Pass(Rotation.InquiryTime);
    }

    private void Hold(params ulong[] salts)
    {
        foreach (var salt in salts)
            _rotation.NoteHolder(_notice!.Next, salt, 100);
    }

    private void Pass(TimeSpan span) => _now += span;

    private bool Step(bool isSettled = true)
    {
        if (_rotation.Decide(_now, _fence, _notice, _ring, _ordered, isSettled, () => _members) is not { } word)
            return false;
        _notice = word.Signed(_signer);
        return true;
    }
}
