using Crux.Protos;

namespace Crux.Client.Tests.Connect;

public sealed class ReeveWatchTests
{
    [Fact]
    public async Task A_rescan_repairs_a_push_that_was_lost()
    {
        await using var stage = await Stage.SetAsync(options => options.RescanPeriod = TimeSpan.FromMilliseconds(100));
        stage.Reeve.Show([stage.First]);
        await stage.UntilReadyAsync(stage.First);

        stage.Reeve.Show([stage.Second], isPushed: false);

        await stage.UntilReadyAsync(stage.Second);
    }

    [Fact]
    public async Task Without_a_rescan_nothing_is_looked_up_and_the_next_push_repairs_a_lost_one()
    {
        await using var stage = await Stage.SetAsync(options => options.RescanPeriod = TimeSpan.Zero);
        stage.Reeve.Show([stage.First]);
        await stage.UntilReadyAsync(stage.First);

        stage.Reeve.Show([stage.First, stage.Second], isPushed: false);
        stage.Reeve.Show([stage.Second]);

        await stage.UntilReadyAsync(stage.Second);
        Assert.Equal(0, stage.Reeve.LookUps);
    }

    [Fact]
    public async Task What_is_held_for_a_new_reeve_is_given_up_in_time_though_nothing_more_is_heard()
    {
        await using var stage = await Stage.SetAsync(options => (options.RescanPeriod, options.HoldPeriod) = (TimeSpan.Zero, TimeSpan.FromSeconds(1)));
        stage.Reeve.Show([stage.First, stage.Second]);
        await stage.UntilReadyAsync(stage.First, stage.Second);

        stage.Reeve.EndWatch();
        stage.Reeve.Show([stage.Second], steward: StewardState.Absent);

        await stage.UntilReadyAsync(stage.Second);
    }

    [Fact]
    public async Task An_answer_of_many_megabytes_is_taken()
    {
        await using var stage = await Stage.SetAsync(options => options.RescanPeriod = TimeSpan.Zero);

        stage.Reeve.Show([stage.First], note: new string('x', 8 * 1024 * 1024));

        await stage.UntilReadyAsync(stage.First);
    }

    private sealed class Stage(LocalNode node, TestService[] services, ScriptedReeve reeve, CruxChannel channel, Offer[] offers) : IAsyncDisposable
    {
        public ScriptedReeve Reeve => reeve;

        public Offer First => offers[0];

        public Offer Second => offers[1];

        public static async Task<Stage> SetAsync(Action<CruxClientOptions> configure)
        {
            var node = await LocalNode.StartNewAsync();
            TestService[] services = [await TestService.StartAsync(node.Socket, "galumph2_3"), await TestService.StartAsync(node.Socket, "galumph2_3")];
            await node.UntilListedAsync("galumph2", offers => offers.Count == 2, "both");
            var offers = (await node.ListAsync("galumph2")).ToArray();
            var reeve = await ScriptedReeve.StartAsync(node);
            var channel = CruxChannel.For("galumph2", options =>
            {
                options.Socket = reeve.Socket;
                configure(options);
            });
            return new Stage(node, services, reeve, channel, offers);
        }

        public Task UntilReadyAsync(params Offer[] wanted) => Eventually.True(
            () => channel.Route.Ready.Select(endpoint => endpoint.Offering.Address.ToString()).ToHashSet().SetEquals(wanted.Select(offer => offer.Entry.Address)), "connected as offered");

        public async ValueTask DisposeAsync()
        {
            await channel.DisposeAsync();
            await reeve.DisposeAsync();
            foreach (var service in services)
                await service.DisposeAsync();
            await node.DisposeAsync();
        }
    }
}
