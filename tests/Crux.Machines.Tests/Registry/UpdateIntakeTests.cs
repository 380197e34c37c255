using Crux.Machines.Registry;

namespace Crux.Machines.Tests.Registry;

public sealed class UpdateIntakeTests
{
    [Fact]
    public void An_answer_to_what_nobody_asked_leaves_nothing_behind()
    {
        var interests = new InterestTable();
        interests.Add(Selector.Parse("galumph2"), out _);
        var intake = new UpdateIntake(new EntryCache(), interests, new Standby(), maxEntries: 10);
        var view = Group.Of(Group.Node(1), Group.Node(2));
        for (var i = 0; i < 100; i++)
        {
            var push = new UpdatePush(default, 1) { Complete = true, Apis = [$"junk{i}", "galumph2"], More = true };
            Assert.Equal(0, intake.Take(push, view, isReady: true, new SortedSet<string>(StringComparer.Ordinal)));
        }

        Assert.Equal(1, intake.OpenAnswers);
    }
}
