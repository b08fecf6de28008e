using System.Globalization;
using Ahenk.Grains.People;
using Ahenk.Grains.Tests.Rig;

namespace Ahenk.Grains.Tests.People;

[Trait("Category", "Unit")]
public sealed class PresenceTests
{
    /// <summary>
    /// Each word is an event at a second: <c>+</c> and <c>-</c> the hook's login and logout, <c>L</c> a list that shows the user, <c>_</c> one that does not,
    /// <c>s+2</c> what was written down (one login or <c>s0</c> none, at that second), and after the colon what is to be done about it.
    /// </summary>
    [Fact]
    public void A_login_that_was_heard_too_late_for_the_hook_does_not_come_back_after_a_logout_in_the_same_second()
    {
        var presence = new Presence();
        var word = LoginText.ReadWord("login\tayse\tgnome\t:0\t1000.100")!;
        presence.HintIn(DateTimeOffset.FromUnixTimeMilliseconds(1_000_150));
        presence.Set(isIn: true, isSeen: false);
        Assert.True(presence.IsPast(word.WrittenBy));
        Assert.Equal(PresenceStep.Leave, HintedOut(presence, DateTimeOffset.FromUnixTimeMilliseconds(1_000_800)));

        Assert.True(presence.IsPast(word.WrittenBy));
        Assert.False(presence.IsPast(LoginText.ReadWord("login\tayse\tgnome\t:0\t1000.900")!.WrittenBy));
        Assert.False(presence.IsPast(LoginText.ReadWord("login\tayse\tgnome\t:0\t1000")!.WrittenBy));
    }

    [Theory]
    [InlineData("0L:Enter 1L:None 2_:Leave 3_:None", "a login and a logout that only lists show")]
    [InlineData("0+:Enter 1L:Confirm 2_:None 60_:Leave", "a list that is behind a login waits")]
    [InlineData("0+:Enter 20L:Confirm 30-:None 30L:None 32_:Leave", "after a logout the list decides")]
    [InlineData("0+:Enter 20L:Confirm 30-:None 32L:None 90L:None", "another session is there")]
    [InlineData("0+:Enter 20_:None 900_:None 901-:Leave", "nobody keeps lists")]
    [InlineData("0+:Enter 1+:Enter 2-:None 3_:None 4-:Leave", "two sessions where nobody keeps lists")]
    [InlineData("0-:None 1_:None", "a logout of nobody")]
    [InlineData("0+:Enter 1-:Leave 2L:None 9L:None 12L:Enter", "a list that still shows who has gone does not bring the user back")]
    [InlineData("0+:Enter 1L:Confirm 2+:Enter 90_:Leave 91+:Enter 92-:Leave", "logouts that were not told of are not waited for")]
    [InlineData("0+:Enter 20L:Confirm 30-:None 31+:Enter 32_:None 33L:None 90L:None", "a quick login after a logout")]
    [InlineData("0s+0:Enter 5_:None 9-:Leave", "a login that was written down")]
    [InlineData("0L:Enter 5s0:None 6L:None", "a logout that was written down, and a list that knows better")]
    [InlineData("0+:Enter 5s0:Leave", "a logout that was written down where nobody keeps lists")]
    [InlineData("5+:Enter 6s+3:None 7-:Leave", "what was written down before the hook's last word is past")]
    [InlineData("0s+0:Enter 1s+1:Enter 2-:Leave", "what was written down twice counts once")]
    [InlineData("0+:Enter 0s+0:Enter 9-:Leave", "what was heard and written down counts once")]
    public void Hook_and_list_together_tell_who_is_here(string events, string what)
    {
        var presence = new Presence();
        foreach (var word in events.Split(' '))
        {
            var parts = word.Split(':');
            var digits = parts[0].TakeWhile(char.IsAsciiDigit).Count();
            var now = At(parts[0][..digits]);
            var step = parts[0][digits..] switch
            {
                "+" => Hinted(presence, now),
                "-" => HintedOut(presence, now),
                "L" => presence.Look(isListed: true, now),
                "_" => presence.Look(isListed: false, now),
                "s0" => Late(presence, 0, now),
                var spooled => Late(presence, 1, At(spooled[2..])),
            };

            Assert.True(step == Enum.Parse<PresenceStep>(parts[1]), $"{what}: {word} became {step}");
            if (step != PresenceStep.None)
            {
                presence.Set(step != PresenceStep.Leave, presence.IsSeen || step == PresenceStep.Confirm || parts[0].EndsWith('L'));
            }
        }
    }

    private static PresenceStep Hinted(Presence presence, DateTimeOffset now)
    {
        presence.HintIn(now);
        return PresenceStep.Enter;
    }

    private static PresenceStep HintedOut(Presence presence, DateTimeOffset now)
    {
        var step = presence.HintOut();
        presence.Heard(now);
        return step;
    }

    private static PresenceStep Late(Presence presence, int open, DateTimeOffset second) =>
        presence.IsPast(second.AddSeconds(1)) ? PresenceStep.None : presence.HintLate(open);

    private static DateTimeOffset At(string seconds) => Given.Now.AddSeconds(int.Parse(seconds, CultureInfo.InvariantCulture));
}
