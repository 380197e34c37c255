using Crux.Services.Reeve;

namespace Crux.Services.Tests.Reeve;

public sealed class SignedNamesTests
{
    [Fact]
    public void A_name_is_unknown_until_a_process_asked_under_it()
    {
        var names = new SignedNames();
        Assert.True(names.IsUnknown("web"));
        names.Note("web");
        Assert.False(names.IsUnknown("web"));
        Assert.True(names.IsUnknown("wbe"));
        Assert.Equal(["web"], names.Some(8));
    }

    [Fact]
    public void Where_there_were_more_names_than_are_remembered_none_is_called_unknown()
    {
        var names = new SignedNames();
        for (var i = 0; i < SignedNames.MaxNames; i++)
            names.Note($"client{i}");
        names.Note("client0");
        Assert.True(names.IsUnknown("web"));

        names.Note("one-too-many");
        Assert.False(names.IsUnknown("web"));
        Assert.Equal(3, names.Some(3).Count);
    }
}
