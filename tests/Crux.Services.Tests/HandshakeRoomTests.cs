using Microsoft.Extensions.Time.Testing;

namespace Crux.Services.Tests;

public sealed class HandshakeRoomTests
{
    private static readonly NetAddress Source = NetAddress.V4(0x0A000001, 4000);
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void A_source_whose_handshakes_fail_is_turned_away_and_let_try_again_after_a_while()
    {
        var room = new HandshakeRoom(_time);
        for (var i = 0; i < HandshakeRoom.FailureBurst; i++)
            Fail(room, Source);

        Assert.Null(room.TryEnter(Source));
        Assert.NotNull(room.TryEnter(NetAddress.V4(0x0A000002, 4000)));
        _time.Advance(TimeSpan.FromSeconds(1));
        for (var i = 0; i < HandshakeRoom.FailuresPerSecond; i++)
            Fail(room, Source);
        Assert.Null(room.TryEnter(Source));
    }

    [Fact]
    public void One_that_succeeds_costs_nothing_and_leaves_nothing_behind()
    {
        var room = new HandshakeRoom(_time);
        for (var i = 0; i < 10 * HandshakeRoom.FailureBurst; i++)
        {
            using var pass = room.TryEnter(Source);
            Assert.NotNull(pass);
            pass.Succeeded();
        }
        Assert.Equal((0, 0), (room.Sources, room.UnderWay));
    }

    [Fact]
    public void Neither_one_source_nor_all_together_have_more_handshakes_under_way_than_there_is_room_for()
    {
        var room = new HandshakeRoom(_time);
        var passes = new List<HandshakePass>();
        for (uint source = 0; source < 100; source++)
        {
            for (var i = 0; i < 2 * HandshakeRoom.MaxPerSource; i++)
            {
                if (room.TryEnter(NetAddress.V4(0x0A000000 + source, (ushort)i)) is { } pass)
                    passes.Add(pass);
            }
            Assert.True(passes.Count <= HandshakeRoom.MaxPerSource * (source + 1));
        }
        Assert.Equal((HandshakeRoom.MaxAtOnce, HandshakeRoom.MaxAtOnce), (passes.Count, room.UnderWay));
        passes.ForEach(pass => pass.Succeeded());
        Assert.Equal(0, room.UnderWay);
    }

    [Fact]
    public void A_source_more_than_there_are_accounts_for_is_turned_away_until_one_is_forgotten()
    {
        var room = new HandshakeRoom(_time);
        for (uint source = 0; source < HandshakeRoom.MaxSources; source++)
            Fail(room, NetAddress.V4(0x0A000000 + source, 1));

        Assert.Null(room.TryEnter(NetAddress.V4(0x0B000000, 1)));
        _time.Advance(TimeSpan.FromSeconds(1));
        using var pass = room.TryEnter(NetAddress.V4(0x0B000000, 1));
        Assert.NotNull(pass);
    }

    private static void Fail(HandshakeRoom room, NetAddress source) => room.TryEnter(source)!.Dispose();
}
