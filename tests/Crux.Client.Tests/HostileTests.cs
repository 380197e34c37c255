using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Crux.Protos.Samples;
using Crux.System.Load;
using Google.Protobuf;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Crux.Client.Tests;

/// <summary>The bench "hostile" in small: every wrong way to knock, and what honest callers notice of it.</summary>
public sealed class HostileTests
{
    private const int MostBegun = 20 * HandshakeRoom.FailureBurst;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Nobody_without_the_right_key_is_let_in_and_honest_callers_go_on()
    {
        await using var node = await LocalNode.StartNewAsync();
        await using var service = await TestService.StartAsync(node.Socket, "galumph2_3");
        await using var channel = CruxChannel.For("galumph2", options => options.Socket = node.Socket);
        await TableAsync(channel);
        var pin = ByteString.CopyFrom(service.Pin.Span);
        using var line = Load.Open(node.Socket);
        var revoked = await HostileKeys.SignedAsync(line, pin, Cancel);
        node.Generations.Turn(HostileKeys.Name, atOnce: true);
        var door = new HostileDoor(service.Address.ToEndPoint());
        Assert.True(await door.ShowAsync(await HostileKeys.SignedAsync(line, pin, Cancel), Cancel));

        X509Certificate2?[] wrong = [null, HostileKeys.Bare(), HostileKeys.OfStranger(pin), revoked, await HostileKeys.SignedAsync(line, ByteString.CopyFrom(SHA256.HashData("elsewhere"u8)), Cancel)];
        for (var round = 0; round < 4; round++)
        {
            foreach (var certificate in wrong)
                Assert.False(await door.ShowAsync(certificate, Cancel));
            await door.BeginAsync(Cancel);
            await door.FloodAsync(Cancel);
            await TableAsync(channel);
        }
    }

    [Fact]
    public async Task Who_sends_a_handshake_in_drops_is_shown_out()
    {
        await using var node = await LocalNode.StartNewAsync();
        await using var service = await TestService.StartAsync(node.Socket, "galumph2_3");

        Assert.False(await new HostileDoor(service.Address.ToEndPoint()).DripAsync(Cancel));
    }

    [Fact]
    public async Task A_source_that_only_begins_handshakes_is_turned_away_and_those_who_are_in_stay_in()
    {
        await using var node = await LocalNode.StartNewAsync();
        await using var service = await TestService.StartAsync(node.Socket, "galumph2_3");
        await using var channel = CruxChannel.For("galumph2", options => options.Socket = node.Socket);
        await TableAsync(channel);
        var door = new HostileDoor(service.Address.ToEndPoint());
        using var line = Load.Open(node.Socket);
        var right = await HostileKeys.SignedAsync(line, ByteString.CopyFrom(service.Pin.Span), Cancel);
        var begun = 0;
        // A slow machine's failures are forgiven while it makes them, and so it needs more of them.
        do
            await door.BeginAsync(Cancel);
        while (++begun < HandshakeRoom.FailureBurst || (begun < MostBegun && await door.ShowAsync(right, Cancel)));

        Assert.InRange(begun, HandshakeRoom.FailureBurst, MostBegun - 1);
        await TableAsync(channel);
        // Its turn comes again.
        await Eventually.True(() => door.ShowAsync(right, Cancel).GetAwaiter().GetResult(), "the source is let try again");
    }

    [Fact(Timeout = 60_000)]
    public async Task Frames_of_every_bad_kind_end_their_connection_or_nothing()
    {
        await using var node = await LocalNode.StartNewAsync();
        node.Rules.Add("deny thief galumph2");
        // With no limit for its stop: what the attacker leaves behind must not hold it up.
        await using var service = await TestService.StartAsync(node.Socket, "galumph2_3", options => options.DrainGrace = TimeSpan.Zero, builder =>
            builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = Timeout.InfiniteTimeSpan));
        await using var channel = CruxChannel.For("galumph2", options => options.Socket = node.Socket);
        await TableAsync(channel);
        using var line = Load.Open(node.Socket);
        var frames = new HostileFrames(
            new HostileDoor(service.Address.ToEndPoint()), await HostileKeys.SignedAsync(line, ByteString.CopyFrom(service.Pin.Span), Cancel), "/galumph.v2.Galumph/Register");

        await frames.RunAsync(20_000, new CpuPace(0), TestContext.Current.CancellationToken);

        Assert.True(frames is { Sent: >= 20_000, Opened: > 0 });
        Assert.Empty((await new Galumph.GalumphClient(channel).TableAsync(new TableRequest(), cancellationToken: Cancel)).Names);
    }

    private static async Task TableAsync(CruxChannel channel) =>
        await new Galumph.GalumphClient(channel).TableAsync(new TableRequest(), deadline: DateTime.UtcNow + Eventually.Patience, cancellationToken: Cancel);

    private static class Load
    {
        public static Grpc.Net.Client.GrpcChannel Open(string socket) => Crux.System.Load.LocalNode.Open(socket);
    }
}
