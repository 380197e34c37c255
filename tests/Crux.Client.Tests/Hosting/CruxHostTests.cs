using System.Threading.Channels;
using Crux.Protos.Samples;
using Grpc.Core;
using Microsoft.Extensions.Logging.Abstractions;

namespace Crux.Client.Tests.Hosting;

public sealed class CruxHostTests
{
    private const string Unset = "a method without the attribute";

    [Fact]
    public async Task A_method_serves_beats_calls_others_and_leaves()
    {
        await using var node = await LocalNode.StartNewAsync();
        await using var other = await TestService.StartAsync(node.Socket, "galumph2_2");
        using var quit = new CancellationTokenSource();
        var running = CruxHost.RunAsync(Galumph2_3, [$"--Crux:Socket={node.Socket}", "--Crux:DrainQuiet=00:00:00.050", "--Crux:Bind=127.0.0.1:0"], NullLoggerFactory.Instance, quit.Token);
        await using var channel = CruxChannel.For("galumph2_3", options => options.Socket = node.Socket);

        var reply = await new Galumph.GalumphClient(channel).TableAsync(new TableRequest(), cancellationToken: TestContext.Current.CancellationToken);
        await quit.CancelAsync();
        await running;

        // It answered with what it heard from the other one, which it called by selector.
        Assert.Equal("2_3 after galumph2_2", reply.ServedBy);
        Assert.DoesNotContain(await node.ListAsync("galumph2"), offer => offer.Entry.Instance == "galumph2_3");
    }

    [Fact]
    public async Task A_method_without_the_attribute_is_refused_with_the_remedy()
    {
        var failure = await Assert.ThrowsAsync<ArgumentException>(() => CruxHost.RunAsync(Plain, []));
        Assert.Contains("[CruxService(", failure.Message, StringComparison.Ordinal);
    }

    [CruxService("galumph2_3")]
    private static async Task Galumph2_3(CancellationToken quit, ChannelWriter<Heartbeat[]> alive, IServiceNetwork network)
    {
        var before = new Galumph.GalumphClient(network.Connect("galumph2_2"));
        await using var point = await network.ServeAsync(new Relay(before), quit);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        try
        {
            do
                await alive.WriteAsync([new Heartbeat { Instance = InstanceName.Parse("galumph2_3"), Address = point.Address }], quit);
            while (await timer.WaitForNextTickAsync(quit));
        }
        catch (OperationCanceledException)
        {
            // Asked to quit: the point drains and closes below.
        }
    }

    private static Task Plain(CancellationToken quit, ChannelWriter<Heartbeat[]> alive, IServiceNetwork network) => Task.FromResult(Unset);

    private sealed class Relay(Galumph.GalumphClient before) : Galumph.GalumphBase
    {
        public override async Task<TableReply> Table(TableRequest request, ServerCallContext context)
        {
            var heard = await before.TableAsync(request, cancellationToken: context.CancellationToken);
            return new TableReply { ServedBy = $"2_3 after {heard.ServedBy}" };
        }
    }
}
